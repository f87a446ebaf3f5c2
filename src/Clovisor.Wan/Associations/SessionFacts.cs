using System.Net;

namespace Clovisor.Wan.Associations;

/// <summary>What is known of a session when its association is looked for. What is null is not known.</summary>
public sealed record SessionFacts
{
    /// <summary>The mesh route rule that its request was matched by.</summary>
    public MeshRoute? Route { get; init; }

    /// <summary>Where it comes from, before translation.</summary>
    public IPEndPoint? Source { get; init; }

    /// <summary>Where it goes to.</summary>
    public IPEndPoint? Destination { get; init; }

    /// <summary>The number of its IP protocol.</summary>
    public byte? Protocol { get; init; }

    /// <summary>The code point of its packets, 0 to 63.</summary>
    public byte? Dscp { get; init; }

    /// <summary>The user on whose behalf it is.</summary>
    public string? User { get; init; }

    /// <summary>The headers of its request; names are compared without case.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The Kubernetes namespace of its sender.</summary>
    public string? Namespace { get; init; }

    /// <summary>The pod that sends.</summary>
    public string? Pod { get; init; }

    /// <summary>The server name of its TLS handshake.</summary>
    public string? ServerName { get; init; }
}
