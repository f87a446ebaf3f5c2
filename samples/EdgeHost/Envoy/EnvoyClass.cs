namespace Clovisor.EdgeHost.Envoy;

/// <summary>Requests that share connections, and the code point that those connections carry from their first packet on.</summary>
/// <param name="Name">The name of the association; empty for requests that belong to none.</param>
/// <param name="Dscp">1 to 63, or null for no tag.</param>
internal sealed record EnvoyClass(string Name, byte? Dscp)
{
    public string Cluster => Name.Length == 0 ? "unclassified" : $"class-{Name}";
}
