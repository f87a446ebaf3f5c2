using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Benchmarks.Istio;

/// <summary>
/// What does it cost to find the last matching rule of a table, by the number of its rules and by what tells them apart? Beside it a list of conditions that is tried in order, as
/// Envoy does and as one would write it by hand, with the framework's strings and its linear-time regular expressions.
/// </summary>
[MemoryDiagnoser]
public class RouteEvaluation
{
    private const string Host = "httpbin.app.svc.cluster.local";

    private RouteTable _table = null!;
    private RouteRequest _request;
    private Func<RouteRequest, bool>[] _conditions = null!;

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
        _conditions = [.. Enumerable.Range(0, Rules).Select(Condition)];
        if (TryInOrder() != Rules - 1)
        {
            throw new InvalidOperationException("The list's last condition must match.");
        }

        if (_table.Evaluate(_request).Route?.Name != $"rule-{Rules - 1}")
        {
            throw new InvalidOperationException("The last rule must match.");
        }
    }

    [Benchmark(Baseline = true)]
    public int TryInOrder()
    {
        int rule = 0;
        while (rule < _conditions.Length && !_conditions[rule](_request))
        {
            rule++;
        }

        return rule;
    }

    [Benchmark]
    public Route? Evaluate() => _table.Evaluate(_request).Route;

    private Func<RouteRequest, bool> Condition(int rule)
    {
        switch (Match)
        {
            case "prefix":
                string prefix = $"/service-{rule:D5}/";
                return request => request.Path.StartsWith(prefix, StringComparison.Ordinal);
            case "exact":
                string path = $"/service-{rule:D5}/item";
                return request => request.Path == path;
            case "regex":
                var expression = new Regex($"^(?:/service-[0-9]*{rule:D5}/.*)$", RegexOptions.CultureInvariant);
                return request => expression.IsMatch(request.Path);
            default:
                string user = $"user-{rule:D5}";
                return request =>
                {
                    foreach (RouteHeader header in request.Headers.Span)
                    {
                        if (header.Name == "user")
                        {
                            return header.Value == user;
                        }
                    }

                    return false;
                };
        }
    }
}
