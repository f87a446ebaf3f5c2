using System.Net;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>The cases of <c>handworked/</c>, each by its name. A case says which of an answer's fields it is about; those it does not name are not compared.</summary>
public sealed class HandworkedTests
{
    private static readonly Lazy<Dictionary<string, HandworkedCase>> Cases = new(static () =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "handworked"), "*.yaml").SelectMany(HandworkedCase.Load).ToDictionary(static c => c.Name));

    public static IEnumerable<TheoryDataRow<string>> Names => Cases.Value.Keys.Select(static n => new TheoryDataRow<string>(n) { TestDisplayName = $"Answers_as_worked_out({n})" });

    [Theory]
    [MemberData(nameof(Names))]
    public void Answers_as_worked_out(string name)
    {
        HandworkedCase question = Cases.Value[name];
        var compiler = new RouteCompiler(question.Configuration);
        foreach (YamlNode request in question.Requests)
        {
            Request(compiler.Compile(question.Proxy, HandworkedCase.Text(request, "table")), request);
        }

        foreach (YamlNode connection in question.Connections)
        {
            Connection(compiler.CompileConnections(question.Proxy, int.Parse(HandworkedCase.Text(connection, "port"))), connection);
        }

        foreach (YamlNode endpoints in question.Endpoints)
        {
            string[] key = HandworkedCase.Text(endpoints, "service").Split('/');
            IEnumerable<string> found = question.Clusters!.EndpointsOf(HandworkedCase.Text(question.Root, "cluster"), new ObjectKey(key[0], key[1]))
                .Select(static e => $"{e.Address}{(e.Gateway is { } g ? $":{g.Port} of {g.Network}" : "")}={e.Weight}");
            Assert.Equal(HandworkedCase.List(endpoints, "expect").Select(static e => e.Text), found);
        }

        Assert.True(question.Requests.Any() || question.Connections.Any() || question.Endpoints.Any(), "the case asks nothing");
    }

    [Fact]
    public void Every_case_names_the_source_of_its_rule()
    {
        Assert.All(Cases.Value.Values, static c => Assert.True(c.Source.Length > 10, $"{c.Name} names no source"));
        Assert.True(Cases.Value.Count >= 60, $"{Cases.Value.Count} cases");
    }

    private static void Request(RouteTable? table, YamlNode asked)
    {
        YamlNode expect = asked.Find("expect")!;
        if (HandworkedCase.Text(expect, "table") == "none")
        {
            Assert.Null(table);
            return;
        }

        Assert.True(table is not null, $"there is no table {HandworkedCase.Text(asked, "table")}");
        RouteDecision decision = table.Evaluate(new RouteRequest
        {
            Method = HandworkedCase.Text(asked, "method") is { Length: > 0 } method ? method : "GET",
            Authority = HandworkedCase.Text(asked, "authority") is { Length: > 0 } authority ? authority : "any",
            Path = HandworkedCase.Text(asked, "path") is { Length: > 0 } path ? path : "/",
            Headers = (asked.Find("headers")?.Fields ?? []).Select(static f => new RouteHeader(f.Name, f.Value.Text)).ToArray(),
            Claims = HandworkedCase.Text(asked, "claims") is { Length: > 0 } claims ? RequestClaims.Parse(claims) : null,
        });
        var forward = decision.Route?.Action as ForwardAction;
        foreach (YamlField field in expect.Fields)
        {
            string actual = field.Name switch
            {
                "reason" => decision.Reason.ToString(),
                "virtualHost" => decision.VirtualHost?.Name ?? "",
                "rule" => decision.Route?.VirtualService?.ToString() ?? "",
                "route" => decision.Route?.Name ?? "",
                "origin" => decision.Route?.Origin is { } o ? $"{o.Kind} {o.Route} {o.RuleIndex}" : "",
                "status" => decision.Status.ToString(),
                "location" => decision.GetLocation() ?? "",
                "path" => decision.GetForwardedPath(),
                "host" => decision.GetForwardedAuthority(forward?.Destinations[0]),
                "timeout" => (forward?.Timeout ?? TimeSpan.Zero).TotalMilliseconds.ToString(),
                "mirrors" => string.Join(",", forward?.Mirrors.Select(static m => $"{m.Destination.Cluster}@{m.Percentage}") ?? []),
                "patched" => decision.IsPatched ? "true" : "false",
                "clusters" => string.Join(",", forward?.Destinations.Select(d => forward.Destinations.Length > 1 ? $"{d.Cluster}={d.Weight}" : d.Cluster) ?? []),
                _ => throw new InvalidOperationException($"expect.{field.Name} is not known"),
            };
            Assert.Equal($"{field.Name}: {field.Value.Text}", $"{field.Name}: {actual}");
        }
    }

    private static void Connection(ConnectionTable table, YamlNode asked)
    {
        ConnectionDecision decision = table.Evaluate(new ConnectionRequest
        {
            Destination = HandworkedCase.Text(asked, "to") is { Length: > 0 } to ? IPAddress.Parse(to) : null,
            ServerName = HandworkedCase.Text(asked, "sni"),
            Protocol = HandworkedCase.Text(asked, "protocol") switch { "http" => ConnectionProtocol.Http, "tls" => ConnectionProtocol.Tls, _ => HandworkedCase.Text(asked, "sni").Length > 0 ? ConnectionProtocol.Tls : ConnectionProtocol.Tcp },
            ApplicationProtocols = HandworkedCase.Text(asked, "alpn") == "istio" ? ConnectionRequest.IstioProtocols : default,
        });
        YamlNode expect = asked.Find("expect")!;
        foreach (YamlField field in expect.Fields)
        {
            string actual = field.Name switch
            {
                "reason" => decision.Reason.ToString(),
                "rule" => decision.Chain?.VirtualService is { } v ? $"{v} {decision.Chain.RuleIndex}" : "",
                "table" => decision.Chain?.RouteTable ?? "",
                "listener" => decision.Listener?.Name ?? "",
                "clusters" => string.Join(",", decision.Chain?.Clusters.Select(d => decision.Chain.Clusters.Length > 1 ? $"{d.Cluster}={d.Weight}" : d.Cluster) ?? []),
                _ => throw new InvalidOperationException($"expect.{field.Name} is not known"),
            };
            Assert.Equal($"{field.Name}: {field.Value.Text}", $"{field.Name}: {actual}");
        }
    }
}
