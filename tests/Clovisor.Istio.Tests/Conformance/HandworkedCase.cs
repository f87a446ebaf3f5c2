using System.Collections.Immutable;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>
/// A case that was worked out by hand from a rule, for what the oracle does not answer. A file has <c>shared</c> configuration, which goes before each case's own, and a list of cases.
/// A case names its rule's source, a configuration (or several, by cluster), a proxy, and what is asked with the answer.
/// </summary>
internal sealed record HandworkedCase(string Name, string Source, YamlNode Root, string Shared)
{
    public IEnumerable<YamlNode> Requests => Items("requests");

    public IEnumerable<YamlNode> Connections => Items("connections");

    public IEnumerable<YamlNode> Endpoints => Items("endpoints");

    public IstioProxy Proxy
    {
        get
        {
            YamlNode? proxy = Root.Find("proxy");
            return new IstioProxy
            {
                Kind = Text(proxy, "kind") switch { "gateway" => ProxyKind.Gateway, "waypoint" => ProxyKind.Waypoint, _ => ProxyKind.Sidecar },
                Namespace = Text(proxy, "namespace") is { Length: > 0 } scope ? scope : "app",
                Labels = proxy?.Find("labels")?.Fields.ToImmutableDictionary(static f => f.Name, static f => f.Value.Text) ?? ImmutableDictionary<string, string>.Empty,
            };
        }
    }

    public MultiClusterMesh? Clusters => Root.Find("clusters") is { } clusters
        ? new MultiClusterMesh(clusters.Items.Select(c => new MeshCluster(Text(c, "name"), Text(c, "network"), Read(Text(c, "config")))))
        : null;

    public IstioConfiguration Configuration
    {
        get
        {
            IstioConfiguration configuration = Clusters is { } mesh ? mesh.ConfigurationOf(Text(Root, "cluster")) : Read(Text(Root, "config"));
            return Text(Root, "revision") is { Length: > 0 } revision ? configuration with { Mesh = configuration.Mesh with { Revision = revision } } : configuration;
        }
    }

    public static IEnumerable<HandworkedCase> Load(string file)
    {
        var errors = new List<ConfigurationError>();
        YamlNode document = Assert.Single(YamlTree.Read(File.ReadAllText(file), Path.GetFileName(file), errors));
        Assert.Empty(errors);
        string prefix = Path.GetFileNameWithoutExtension(file);
        return List(document, "cases").Select(c => new HandworkedCase($"{prefix}: {Text(c, "name")}", Text(c, "source"), c, Text(document, "shared")));
    }

    public static string Text(YamlNode? node, string name) => node?.Find(name)?.Text ?? "";

    public static IEnumerable<YamlNode> List(YamlNode node, string name) => node.Find(name)?.Items ?? [];

    private IEnumerable<YamlNode> Items(string name) => List(Root, name);

    private IstioConfiguration Read(string config) =>
        IstioYaml.Read([new NamedText("shared", Shared), new NamedText("config", config)], Text(Root, "mesh") is { Length: > 0 } mesh ? mesh : null).OrThrow();
}
