using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What happens to pinned sessions whose link fails.</summary>
public sealed record OnLinkDownSpec
{
    /// <summary>Of TCP. The default is reset: the client connects anew at once.</summary>
    [AllowedValues("reset", "drain")]
    public string? Tcp { get; init; }

    /// <summary>Of UDP, which knows no reset. The default is rebind.</summary>
    [AllowedValues("rebind", "drain")]
    public string? Udp { get; init; }
}
