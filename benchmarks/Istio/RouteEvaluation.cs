using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Benchmarks.Istio;

/// <summary>What does it cost to find the last matching rule of a table, by the number of its rules and by what tells them apart?</summary>
[MemoryDiagnoser]
public class RouteEvaluation
{
    private const string Host = "httpbin.app.svc.cluster.local";

    private RouteTable _table = null!;
    private RouteRequest _request;

    [Params(10, 1000, 10_000)]
    public int Rules { get; set; }

    [Params("prefix", "exact", "header", "regex")]
    public string Match { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        StringBuilder yaml = new($$"""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: httpbin, namespace: app}
            spec:
              hosts: [{{Host}}]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.1.0.1}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: httpbin, namespace: app}
            spec:
              hosts: [{{Host}}]
              http:

            """);
        for (int rule = 0; rule < Rules; rule++)
        {
            string match = Match switch
            {
                "prefix" => $"uri: {{prefix: /service-{rule:D5}/}}",
                "regex" => $"uri: {{regex: '/service-[0-9]*{rule:D5}/.*'}}",
                "exact" => $"uri: {{exact: /service-{rule:D5}/item}}",
                _ => $"headers: {{user: {{exact: user-{rule:D5}}}}}",
            };
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: rule-{rule}, match: [{{{match}}}], route: [{{destination: {{host: {Host}}}}}]}}\n");
        }

        _table = RouteCompiler.Compile(IstioYaml.Read(yaml.ToString()).OrThrow(), new IstioProxy { Namespace = "app" }, 80)!;
        _request = new RouteRequest
        {
            Authority = Host,
            Path = $"/service-{Rules - 1:D5}/item",
            Headers = new RouteHeader[] { new("user-agent", "curl/8"), new("accept", "*/*"), new("user", $"user-{Rules - 1:D5}") },
        };
        if (_table.Evaluate(_request).Route?.Name != $"rule-{Rules - 1}")
        {
            throw new InvalidOperationException("The last rule must match.");
        }
    }

    [Benchmark]
    public Route? Evaluate() => _table.Evaluate(_request).Route;
}
