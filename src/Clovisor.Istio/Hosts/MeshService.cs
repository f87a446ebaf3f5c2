using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Hosts;

/// <summary>A service as the mesh knows it, wherever it was declared. Host names are lower-case.</summary>
internal sealed record MeshService
{
    public required string Host { get; init; }

    /// <summary>Gets the host as it was written. Istio tells services apart by it, case included; clients do not.</summary>
    public required string WrittenHost { get; init; }

    /// <summary>Gets a value indicating whether the host was written with upper-case letters.</summary>
    public bool HasUpperCaseHost => WrittenHost != Host;

    public required string Name { get; init; }

    /// <summary>Gets the labels by which a Kubernetes service chooses its workloads.</summary>
    public ImmutableDictionary<string, string> Selector { get; init; } = ImmutableDictionary<string, string>.Empty;

    public required string Namespace { get; init; }

    public ImmutableArray<MeshPort> Ports { get; init; } = [];

    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Gets the ranges of addresses.</summary>
    public ImmutableArray<string> Ranges { get; init; } = [];

    /// <summary>Gets a value indicating whether the service is outside the mesh.</summary>
    public bool IsExternal { get; init; }

    public ImmutableArray<string> ExportTo { get; init; } = [];

    public DateTimeOffset Created { get; init; } = DateTimeOffset.MinValue;

    public bool IsKubernetes { get; init; }

    /// <summary>Gets a value indicating whether a Kubernetes service has no address of its own: its pods are addressed one by one.</summary>
    public bool IsHeadless { get; init; }

    /// <summary>Gets the name the service stands for, or an empty string.</summary>
    public string ExternalName { get; init; } = "";

    /// <summary>Gets a value indicating whether the service is only another name of <see cref="ExternalName"/>.</summary>
    public bool IsAlias => ExternalName.Length > 0;

    /// <summary>Gets the hosts of the services that stand for this one.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    public MeshPort? PortAt(int number)
    {
        foreach (MeshPort port in Ports)
        {
            if (port.Number == number)
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>Says how near a namespace is to the service's export: 0 for a private one of its own, 1 for one that is named, 2 for everybody's. Nearer ones come first whatever their age.</summary>
    public int ExportRank(string scope) => ExportTo.Contains("*") ? 2 : scope == Namespace ? 0 : 1;

    public bool IsVisibleTo(string scope) => ExportTo.Contains("*") || ExportTo.Contains(scope) || (ExportTo.Contains(".") && scope == Namespace);
}

/// <summary>A port of a service with what is spoken on it.</summary>
internal sealed record MeshPort(int Number, string Name, MeshProtocol Protocol)
{
    /// <summary>Gets the protocol, in upper case, if it is one in which the server speaks first, so that nothing can be told from the client's first bytes; else an empty string.</summary>
    public string ServerFirst { get; init; } = "";

    /// <summary>Says whether both can be told apart on one listener: looking at the client's first bytes would hold up a protocol in which the server speaks first.</summary>
    public bool SharesListenerWith(MeshPort other) => ServerFirst == other.ServerFirst;

    public static MeshPort From(ServicePort port) => new(port.Number, port.Name, MeshProtocols.Parse(port.Protocol))
    {
        ServerFirst = port.Protocol.ToUpperInvariant() is "MONGO" or "MYSQL" ? port.Protocol.ToUpperInvariant() : "",
    };
}
