using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using CsCheck;

namespace Clovisor.Istio.Tests.Compilation;

/// <summary>A table that is made from the last one is the table that is made from nothing.</summary>
public sealed class IncrementalTests
{
    private static readonly Gen<string> Names = Choice.Of("a", "b", "c", "d");

    private static readonly Gen<string> Scopes = Choice.Of("app", "web");

    private static readonly Gen<string> Hosts = Choice.Of("a", "b", "a.app.svc.cluster.local", "b.web.svc.cluster.local", "*.cluster.local", "*.example.com", "A.example.com", "x.example.com", "*");

    private static readonly Gen<string> ExportTo = Choice.Of("", "", "", "exportTo: [.], ", "exportTo: [web], ", "exportTo: ['~'], ");

    private static readonly Gen<string> Matches = Choice.Of(
        "",
        "match: [{uri: {prefix: /a}}], ",
        "match: [{uri: {exact: /b}, headers: {user: {exact: boss}}}, {uri: {regex: '/x[0-9]+'}}], ",
        "match: [{port: 9080}], ",
        "match: [{sourceLabels: {app: sleep}}, {sourceNamespace: web, uri: {prefix: /w}}], ",
        "match: [{gateways: [app/a, mesh], uri: {prefix: /g}}], ",
        "match: [{uri: {prefix: /}}, {uri: {prefix: /never}}], ");

    private static readonly Gen<string> Actions = Gen.OneOf(
        Choice.Of("redirect: {uri: /moved}", "directResponse: {status: 403}", "delegate: {name: d, namespace: app}", "delegate: {name: c}"),
        Hosts.Where(static h => !h.StartsWith('*')).Select(static h => $"route: [{{destination: {{host: {h}, subset: v1}}}}]"),
        Hosts.Where(static h => !h.StartsWith('*')).Select(static h => $"rewrite: {{uri: /r}}, route: [{{destination: {{host: {h}, port: {{number: 80}}}}}}]"));

    private static readonly Gen<string> Rules = Gen.Select(Matches, Actions, static (match, action) => $"{{{match}{action}}}").Array[1, 3].Select(static r => string.Join(", ", r));

    private static readonly Gen<string> Bodies = Gen.OneOf(
        Gen.Select(Hosts.Array[0, 2], Choice.Of("", "gateways: [app/a, mesh], ", "gateways: [app/b], "), ExportTo, Rules, static (hosts, gateways, export, rules) =>
            $"VirtualService|spec: {{hosts: [{string.Join(", ", hosts.Distinct().Select(static h => $"'{h}'"))}], {gateways}{export}http: [{rules}]}}"),
        Gen.Select(Choice.Of("", "ports: [{name: http, port: 80}]", "ports: [{name: http, port: 80}, {name: http-b, port: 9080}]", "ports: [{name: http, port: 9080}, {name: x, port: 80}]"), Choice.Of("10.0.0.1", "10.0.0.2", "None"), static (ports, ip) =>
            $"Service|spec: {{clusterIP: '{ip}', {ports}}}"),
        Choice.Of("out.example.org", "x.example.com").Select(static name => $"Service|spec: {{type: ExternalName, externalName: {name}, ports: [{{name: http, port: 80}}]}}"),
        Gen.Select(Choice.Of("a.example.com", "x.example.com", "'*.example.com'", "a.app.svc.cluster.local"), ExportTo, Gen.Bool, static (host, export, second) =>
            $"ServiceEntry|spec: {{hosts: [{host}], {export}resolution: STATIC, endpoints: [{{address: 10.1.0.1}}], ports: [{{number: 80, name: http, protocol: HTTP}}{(second ? ", {number: 9080, name: http-b, protocol: HTTP}" : "")}]}}"),
        Gen.Select(Choice.Of("'*'", "'*.example.com'", "app/a.example.com", "'./*'"), Gen.Bool, static (host, redirect) =>
            $"Gateway|spec: {{selector: {{istio: ingressgateway}}, servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: [{host}]{(redirect ? ", tls: {httpsRedirect: true}" : "")}}}]}}"),
        Choice.Of("./*", "*/*", "web/*", "*/a.app.svc.cluster.local").Select(static host => $"Sidecar|spec: {{egress: [{{hosts: ['{host}']}}]}}"),
        Choice.Of("v1", "v2").Select(static subset => $"DestinationRule|spec: {{host: a.app.svc.cluster.local, subsets: [{{name: {subset}, labels: {{version: {subset}}}}}]}}"),
        Choice.Of("ALLOW_ANY", "REGISTRY_ONLY").Select(static mode => $"Mesh|outboundTrafficPolicy: {{mode: {mode}}}"),
        Choice.Of("VirtualService", "VirtualService", "Service", "ServiceEntry", "Gateway", "Sidecar", "DestinationRule", "Mesh").Select(static kind => $"{kind}|"));

    private static readonly Gen<Change> Changes = Gen.Select(Names, Scopes, Bodies, static (name, scope, body) =>
        new Change(body[..body.IndexOf('|', StringComparison.Ordinal)], scope, name, body[(body.IndexOf('|', StringComparison.Ordinal) + 1)..]));

    // What most changes have something to do with from the start.
    private static readonly Change[] Start =
    [
        new("Gateway", "app", "a", "spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}"),
        new("Service", "app", "a", "spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {name: http-b, port: 9080}]}"),
        new("VirtualService", "app", "b", "spec: {hosts: [a], gateways: [app/a, mesh], http: [{match: [{uri: {prefix: /a}}], delegate: {name: d}}, {route: [{destination: {host: a}}]}]}"),
        new("VirtualService", "app", "d", "spec: {http: [{route: [{destination: {host: b}}]}]}"),
    ];

    private static readonly IstioProxy[] Proxies =
    [
        new() { Namespace = "app" },
        new() { Namespace = "web", Labels = ImmutableDictionary<string, string>.Empty.Add("app", "sleep") },
        new() { Kind = ProxyKind.Gateway, Namespace = "app", Labels = ImmutableDictionary<string, string>.Empty.Add("istio", "ingressgateway") },
    ];

    private static readonly RouteRequest[] Requests =
    [
        Mesh.Get("/a"), Mesh.Get("/b", "a", ("user", "boss")), Mesh.Get("/x1", "x.example.com"), Mesh.Get("/r", "b.web"), Mesh.Get("/w", "A.EXAMPLE.COM:80"), Mesh.Get("/", "10.0.0.1"),
    ];

    [Fact]
    public void What_an_alias_names_is_taken_over_as_well()
    {
        const string Services = """
            {apiVersion: v1, kind: Service, metadata: {name: a, namespace: app}, spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: other, namespace: app}, spec: {type: ExternalName, externalName: a.app.svc.cluster.local, ports: [{name: http, port: 80}]}}
            """;
        IstioConfiguration before = IstioYaml.Read(Services + "\n" + Mesh.Rule("w", "{hosts: [a], http: [{route: [{destination: {host: a}}]}]}")).OrThrow();
        IstioConfiguration more = IstioYaml.Read(Mesh.Rule("v", "{hosts: [nobody.example.com], http: [{directResponse: {status: 200}}]}")).OrThrow();
        IstioConfiguration after = before with { VirtualServices = before.VirtualServices.AddRange(more.VirtualServices) };
        var cache = new RouteTableCache(before);
        VirtualHost first = cache.GetTable(Proxies[0], 80)!.Evaluate(Mesh.Get("/", "other")).VirtualHost!;
        Assert.Same(first, cache.Next(after).GetTable(Proxies[0], 80)!.Evaluate(Mesh.Get("/", "other")).VirtualHost);
        Assert.Contains("other", first.Domains);
    }

    [Fact]
    public void After_any_changes_every_table_is_the_one_compiled_from_nothing() =>
        Changes.Array[1, 15].Sample(static changes =>
        {
            var objects = new SortedDictionary<(string Kind, string Scope, string Name), IstioConfiguration>();
            var cache = new RouteTableCache(IstioConfiguration.Empty);
            foreach (Change change in Start.Concat(changes))
            {
                change.Apply(objects);
                cache = cache.Next(Join(objects.Values));
                var cold = new RouteCompiler(cache.Configuration);
                foreach (IstioProxy proxy in Proxies)
                {
                    Assert.Equal(cold.GetTableNames(proxy), cache.GetTableNames(proxy));
                    foreach (string name in cold.GetTableNames(proxy).Add("80"))
                    {
                        Check(cold.Compile(proxy, name), cache.GetTable(proxy, name));
                    }
                }
            }
        }, iter: 100);

    [Fact]
    public void A_change_that_a_table_does_not_depend_on_leaves_the_very_table()
    {
        IstioConfiguration before = Mesh.Read(Mesh.Rule("one", "hosts: [httpbin]\nhttp: [{route: [{destination: {host: httpbin}}]}]"));
        var cache = new RouteTableCache(before);
        RouteTable? table = cache.GetTable(Mesh.Sidecar, 80);

        RouteTableCache next = cache.Next(before with { Pods = [new KubernetesPod { Name = "p", Namespace = "app" }] });

        Assert.Same(table, next.GetTable(Mesh.Sidecar, 80));
        Assert.Same(next, next.Next(next.Configuration));
    }

    [Fact]
    public void One_changed_rule_makes_its_own_routes_anew_and_no_others()
    {
        string Rule(string host, string path) => Mesh.Rule(host, $"hosts: [{host}]\nhttp: [{{match: [{{uri: {{prefix: {path}}}}}], route: [{{destination: {{host: {host}}}}}]}}]");
        IstioConfiguration before = Mesh.Read(Rule("httpbin", "/a") + Rule("reviews", "/a"));
        VirtualService changed = Mesh.Read(Rule("reviews", "/b")).VirtualServices[0];
        var cache = new RouteTableCache(before);
        RouteTable old = cache.GetTable(Mesh.Sidecar, 80)!;

        RouteTable table = cache.Next(before with { VirtualServices = [before.VirtualServices[0], changed] }).GetTable(Mesh.Sidecar, 80)!;

        Assert.Same(old.Evaluate(Mesh.Get("/a")).Route, table.Evaluate(Mesh.Get("/a")).Route);
        Assert.Null(table.Evaluate(Mesh.Get("/a", "reviews")).Route);
        Assert.NotNull(table.Evaluate(Mesh.Get("/b", "reviews")).Route);
    }

    [Fact]
    public void A_proxy_with_equal_labels_gets_the_same_table_and_one_with_others_does_not()
    {
        var cache = new RouteTableCache(Mesh.Read(""));
        IstioProxy Proxy(string app) => new() { Namespace = "app", Labels = ImmutableDictionary<string, string>.Empty.Add("app", app) };

        Assert.Same(cache.GetTable(Proxy("one"), 80), cache.GetTable(Proxy("one"), 80));
        Assert.NotSame(cache.GetTable(Proxy("one"), 80), cache.GetTable(Proxy("two"), 80));
    }

    private static void Check(RouteTable? cold, RouteTable? made)
    {
        Assert.Equal(ObjectText.Of(cold), ObjectText.Of(made));
        if (cold is null)
        {
            return;
        }

        foreach (RouteRequest request in Requests)
        {
            RouteDecision expected = cold.Evaluate(request);
            RouteDecision actual = made!.Evaluate(request);
            Assert.Equal((expected.Reason, expected.VirtualHost?.Name, ObjectText.Of(expected.Route)), (actual.Reason, actual.VirtualHost?.Name, ObjectText.Of(actual.Route)));
        }
    }

    private static IstioConfiguration Join(IEnumerable<IstioConfiguration> objects)
    {
        List<IstioConfiguration> all = [.. objects];
        return new IstioConfiguration
        {
            Mesh = all.Find(static o => !ReferenceEquals(o.Mesh, MeshSettings.Default))?.Mesh ?? MeshSettings.Default,
            VirtualServices = [.. all.SelectMany(static o => o.VirtualServices)],
            Gateways = [.. all.SelectMany(static o => o.Gateways)],
            ServiceEntries = [.. all.SelectMany(static o => o.ServiceEntries)],
            Sidecars = [.. all.SelectMany(static o => o.Sidecars)],
            DestinationRules = [.. all.SelectMany(static o => o.DestinationRules)],
            Services = [.. all.SelectMany(static o => o.Services)],
        };
    }

    /// <summary>An object that is created, replaced, or removed where it has no spec. What validation refuses changes nothing.</summary>
    private sealed record Change(string Kind, string Scope, string Name, string Spec)
    {
        public void Apply(SortedDictionary<(string Kind, string Scope, string Name), IstioConfiguration> objects)
        {
            if (Spec.Length == 0)
            {
                objects.Remove((Kind, Scope, Name));
                return;
            }

            string text = $"apiVersion: {(Kind == "Service" ? "v1" : "networking.istio.io/v1")}\nkind: {Kind}\nmetadata: {{name: {Name}, namespace: {Scope}}}\n{Spec}\n";
            IstioReadResult read = Kind == "Mesh" ? IstioYaml.Read([], Spec) : IstioYaml.Read(text);
            if (read.Configuration is { } one)
            {
                objects[Kind == "Mesh" ? (Kind, "", "") : (Kind, Scope, Name)] = one;
            }
        }
    }
}
