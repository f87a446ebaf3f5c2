using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi.Conversion;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>What Istio makes of Gateway API objects, compared with its own expectations: the gateways and rules of each input, field by field.</summary>
public sealed class GatewayConversionTests
{
    // Lines that are different for a reason.
    private static readonly (string Input, string Text, string Why)[] Known =
    [
        ("frontend-tls-invalid", "~https:", "certificate authorities are not read: a listener whose one is missing is served here"),
        ("listenerset-https-missing-tls", "parent-gateway~", "secrets are not read: a listener whose certificate is missing is served here"),
        ("invalid", "gateway istio-system/invalid-cert-", "secrets are not read: a listener whose certificate is missing is served here"),
        ("invalid", "gateway istio-system/invalid-frontendvalidation-", "certificate authorities are not read: a listener whose one is missing is served here"),
        ("http", "default.multiple-inferencepool-backend-refs.", "inference pools are not backends here"),
        ("http", "default.multi-route-infpool-", "inference pools are not backends here"),
    ];

    public static IEnumerable<TheoryDataRow<string>> Inputs => SharedData.Folder("data/istio/gateway-conversion") is { } folder
        ? Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Where(static f => File.Exists(f + ".golden"))
            .Select(static f => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(f)) { TestDisplayName = $"Converts_as_Istio_does({Path.GetFileNameWithoutExtension(f)})" })
        : [new TheoryDataRow<string>("") { Skip = "shared/data/istio/gateway-conversion is not beside the repository" }];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Converts_as_Istio_does(string name)
    {
        string file = Path.Combine(SharedData.Folder("data/istio/gateway-conversion")!, name + ".yaml");
        IstioConfiguration expected = Golden(file + ".golden");
        IstioConfiguration input = WithServices(Read(file));
        (ImmutableArray<Gateway> gateways, ImmutableArray<VirtualService> rules) = GatewayApiConverter.Convert(input, []);
        string[] known = [.. Known.Where(k => k.Input == name).Select(static k => k.Text)];
        Assert.Equal(Lines(expected, known), Lines(IstioConfiguration.Empty with { Gateways = gateways, VirtualServices = rules }, known));
    }

    private static IstioConfiguration Read(string file) =>
        IstioYaml.Read([new NamedText(Path.GetFileName(file), File.ReadAllText(file))], null).OrThrow() is { } read
            ? read with { Mesh = MeshSettings.Default with { ClusterDomain = "domain.suffix" } }
            : IstioConfiguration.Empty;

    // What Istio makes for itself has names that no one may write: it is read, and not validated.
    private static IstioConfiguration Golden(string file)
    {
        var rules = ImmutableArray.CreateBuilder<VirtualService>();
        var gateways = ImmutableArray.CreateBuilder<Gateway>();
        var errors = new List<Istio.Validation.ConfigurationError>();
        var list = new ErrorList(file, "", errors);
        foreach (YamlNode document in YamlTree.Read(File.ReadAllText(file), file, errors).Where(static d => !d.IsNull))
        {
            var root = new FieldReader(document, "", list);
            ResourceHeader header = root.Object("metadata", static r => ResourceHeader.Bind(r, default))!;
            switch (document.Find("kind")!.Text)
            {
                case "VirtualService": rules.Add(root.Object("spec", s => VirtualServiceBinder.Bind(s, header))!); break;
                case "Gateway": gateways.Add(root.Object("spec", s => GatewayBinder.Bind(s, header))!); break;
            }
        }

        // A backend that a route may not refer to has no host.
        Assert.DoesNotContain(errors, static e => !e.Field.EndsWith("destination.host", StringComparison.Ordinal));
        return IstioConfiguration.Empty with { VirtualServices = rules.DrainToImmutable(), Gateways = gateways.DrainToImmutable() };
    }

    // Istio's test has services that its files do not show, and it labels each namespace with the first part of its name.
    private static IstioConfiguration WithServices(IstioConfiguration input)
    {
        IEnumerable<KubernetesService> named = input.GatewayApiRoutes
            .SelectMany(static r => r.Parents.Where(static p => p.Kind == "Service").Select(p => new ObjectKey(p.Namespace.Length > 0 ? p.Namespace : r.Namespace, p.Name)))
            .Concat(input.GatewayApiRoutes.SelectMany(static r => r.Rules.SelectMany(static u => u.Filters).Where(static f => f.Mirror is not null).Select(f => new ObjectKey(r.Namespace, f.Mirror!.Name))))
            .Where(static k => k.Name is not ("random" or "does-not-exist"))
            .Distinct()
            .Select(static k => new KubernetesService { Namespace = k.Namespace, Name = k.Name });
        IEnumerable<KubernetesNamespace> namespaces = input.GatewayApiRoutes.Select(static r => r.Namespace)
            .Concat(input.KubernetesGateways.Select(static g => g.Namespace)).Concat(input.ListenerSets.Select(static g => g.Namespace)).Distinct()
            .Select(static n => new KubernetesNamespace { Namespace = "", Name = n, Labels = ImmutableDictionary<string, string>.Empty.Add("istio.io/test-name-part", n.Split('-')[0]) });
        return input with { Services = [.. input.Services, .. named], Namespaces = [.. namespaces] };
    }

    private static string Lines(IstioConfiguration configuration, string[] known) =>
        string.Join('\n', string.Join('\n', configuration.Gateways.Select(Line).Concat(configuration.VirtualServices.Select(Line)).Order(StringComparer.Ordinal))
            .Split('\n').Where(line => !Array.Exists(known, k => line.Contains(k, StringComparison.Ordinal))));

    private static string Line(Gateway gateway) =>
        $"gateway {gateway.Key}: {string.Join("; ", gateway.Servers.Select(static s => $"{s.Port.Number} {s.Port.Protocol} [{string.Join(",", s.Hosts)}] {Mode(s.TlsMode)}"))}";

    // Whether clients show certificates chooses no route.
    private static string? Mode(string? mode) => mode is "" ? "PASSTHROUGH" : mode is "MUTUAL" or "OPTIONAL_MUTUAL" ? "SIMPLE" : mode;

    private static string Line(VirtualService rule) =>
        $"rules {rule.Key}: {string.Join(",", rule.Hosts)} at {string.Join(",", rule.Gateways)}" +
        string.Concat(rule.Http.Select(static r => $"\n  {r.Name}: {string.Join(" or ", r.Match.Select(Match))} -> {Action(r)}")) +
        string.Concat(rule.Tls.Concat(rule.Tcp).Select(static r => $"\n  {string.Join(" or ", r.Match.Select(static m => $"{string.Join(",", m.SniHosts)}:{m.Port}"))} -> {string.Join(",", r.Route.Select(static d => $"{To(d.Destination)}={d.Weight}"))}"));

    // Istio's inputs lack what an API server fills in: a match for every path.
    private static string Match(HttpMatch m) => m is { Uri: { Kind: StringMatchKind.Prefix, Value: "/" }, Method: null, Port: 0, Headers.IsEmpty: true, QueryParams.IsEmpty: true } ? "" : MatchFields(m);

    private static string MatchFields(HttpMatch m) =>
        $"{(m.Uri is { Kind: StringMatchKind.Prefix, Value: "/" } ? null : m.Uri)} {m.Method} {m.Port} {Texts(m.Headers)} {Texts(m.QueryParams)}";

    private static string Action(HttpRoute r) =>
        $"{string.Join(",", r.Route.Select(static d => $"{To(d.Destination)}={d.Weight} {Headers(d.Headers)}"))} {Redirect(r.Redirect)} {r.Rewrite} {r.DirectResponse} {r.Timeout} {Retries(r.Retries)} {Headers(r.Headers)} " +
        $"{string.Join(",", r.Mirrors.Select(static m => $"{To(m.Destination)} {m.Percentage}"))} {Cors(r.CorsPolicy)}";

    // The port of a redirect without one is worked out from the listener in both forms.
    private static string Redirect(HttpRedirect? r) => r is null ? "" : $"{r.Code} {r.Scheme} {r.Authority} {r.Port} {r.Uri} {r.PrefixRewrite}";

    private static string Retries(HttpRetries? r) => r is null ? "" : $"{r.Attempts} {r.RetryOn} {r.PerTryTimeout}";

    private static string Cors(HttpCorsPolicy? c) => c is null ? "" : $"{string.Join(",", c.AllowOrigins)} {string.Join(",", c.AllowMethods)} {string.Join(",", c.AllowHeaders)} {string.Join(",", c.ExposeHeaders)} {c.MaxAge} {c.AllowCredentials}";

    private static string Headers(HeaderOperations? h) => h is null ? "" : $"{Changes(h.Request)} / {Changes(h.Response)}";

    private static string Changes(HeaderChanges? c) => c is null ? "" : $"set {Texts(c.Set)} add {Texts(c.Add)} remove {string.Join(",", c.Remove)}";

    private static string To(Destination d) => $"{d.Host}:{d.Port}/{d.Subset}";

    private static string Texts<T>(ImmutableDictionary<string, T> map) => string.Join(",", map.OrderBy(static m => m.Key, StringComparer.Ordinal).Select(static m => $"{m.Key}={m.Value}"));
}
