using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Clovisor.Istio;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Benchmarks.Istio;

/// <summary>What does it cost to compile the table of a sidecar that sees many objects: from nothing, and when one object of them changed?</summary>
[MemoryDiagnoser]
public class RouteCompilation
{
    private static readonly IstioProxy Proxy = new() { Namespace = "app" };

    private IstioConfiguration _configuration = null!;
    private RouteTableCache _cache = null!;
    private int _round;

    [Params(1000)]
    public int Objects { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var yaml = new StringBuilder();
        for (int i = 0; i < Objects; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $$$"""
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: s{{{i}}}, namespace: app}
                spec: {clusterIP: 10.{{{i / 250}}}.{{{i % 250}}}.1, ports: [{name: http, port: 80}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: s{{{i}}}, namespace: app}
                spec:
                  hosts: [s{{{i}}}]
                  http:
                  - {match: [{uri: {prefix: /a}}, {headers: {user: {exact: boss} } }], route: [{destination: {host: s{{{i}}}, subset: v1}}]}
                  - {route: [{destination: {host: s{{{i}}} }}]}

                """);
        }

        _configuration = IstioYaml.Read(yaml.ToString()).OrThrow();
        _cache = new RouteTableCache(_configuration);
        _ = _cache.GetTable(Proxy, 80);
    }

    [Benchmark(Baseline = true)]
    public RouteTable? Cold() => new RouteCompiler(_configuration).Compile(Proxy, 80);

    /// <summary>Another object each time is replaced by one whose first rule is gone, or back.</summary>
    [Benchmark]
    public RouteTable? OneObjectChanged()
    {
        int changed = _round++ % Objects;
        VirtualService former = _cache.Configuration.VirtualServices[changed];
        VirtualService original = _configuration.VirtualServices[changed];
        VirtualService now = former.Http.Length == 1 ? original with { Labels = former.Labels } : former with { Http = former.Http[1..] };
        _cache = _cache.Next(_cache.Configuration with { VirtualServices = _cache.Configuration.VirtualServices.SetItem(changed, now) });
        return _cache.GetTable(Proxy, 80);
    }
}
