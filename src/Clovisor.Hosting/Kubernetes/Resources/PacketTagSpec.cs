using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What a proxy writes into the packets of an association.</summary>
public sealed record PacketTagSpec
{
    /// <summary>The code point, by number from 1 to 63 or by name. Packets that carry it are meant.</summary>
    [CelRule(TextForm.Dscp, TextForm.DscpMessage)]
    public NumberOrName? Dscp { get; init; }
}
