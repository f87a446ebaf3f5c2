using System.Collections.Immutable;
using System.Text.Json;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Oracle;

/// <summary>A configuration with questions to istiod's generator and a real Envoy, and their answers.</summary>
/// <param name="Family">The area that the case is about: the name of its file.</param>
/// <param name="Root">The case as it is written.</param>
public sealed record OracleCase(string Family, JsonElement Root)
{
    /// <summary>Gets the name, which is unique.</summary>
    public string Name => Root.GetProperty("name").GetString()!;

    /// <summary>Gets a value indicating whether istiod or Envoy refused the configuration.</summary>
    public bool IsRefused => Root.Text("error").Length > 0;

    /// <summary>Gets why they refused it.</summary>
    public string Error => Root.Text("error");

    /// <summary>Gets the YAML documents.</summary>
    public string Config => Root.GetProperty("config").GetString()!;

    /// <summary>Gets the mesh config as JSON, or null for the defaults.</summary>
    public string? Mesh => Root.TryGetProperty("mesh", out JsonElement mesh) ? mesh.GetRawText() : null;

    /// <summary>Gets the requests.</summary>
    public IEnumerable<JsonElement> Requests => Root.List("requests");

    /// <summary>Gets the compiled tables that requests ask.</summary>
    public IEnumerable<JsonElement> Tables => Root.List("tables");

    /// <summary>Gets the names of all tables of the proxy.</summary>
    public IEnumerable<string> TableNames => Root.List("tableNames").Select(static n => n.GetString()!);

    /// <summary>Gets the proxy that the tables are compiled for.</summary>
    public IstioProxy Proxy
    {
        get
        {
            JsonElement proxy = Root.GetProperty("proxy");
            return new IstioProxy
            {
                Kind = proxy.Text("type") == "gateway" ? ProxyKind.Gateway : ProxyKind.Sidecar,
                Namespace = proxy.Text("namespace"),
                Labels = proxy.TryGetProperty("labels", out JsonElement labels)
                    ? labels.EnumerateObject().ToImmutableDictionary(static l => l.Name, static l => l.Value.GetString()!)
                    : ImmutableDictionary<string, string>.Empty,
            };
        }
    }
}
