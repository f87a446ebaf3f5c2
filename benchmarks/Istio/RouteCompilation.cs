using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Clovisor.Istio;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Benchmarks.Istio;

/// <summary>What does it cost to compile the table of a sidecar that sees many objects, from nothing?</summary>
[MemoryDiagnoser]
public class RouteCompilation
{
    private static readonly IstioProxy Proxy = new() { Namespace = "app" };

    private IstioConfiguration _configuration = null!;

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
    }

    [Benchmark]
    public RouteTable? Cold() => new RouteCompiler(_configuration).Compile(Proxy, 80);
}
