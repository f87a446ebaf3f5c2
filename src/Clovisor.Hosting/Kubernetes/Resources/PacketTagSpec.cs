using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What a proxy writes into the packets of an association.</summary>
public sealed record PacketTagSpec
{
    /// <summary>The code point, by number from 1 to 63 or by name. Packets that carry it are meant.</summary>
    [CelRule(TextForm.Dscp, TextForm.DscpMessage)]
    public NumberOrName? Dscp { get; init; }

    /// <summary>The source ports of a proxy's connections for it: a range from 1024 to 60999 of at least 64, such as 33000-34999. Needs the proxy's control group to be trusted.</summary>
    [RegularExpression(TextForm.PortRange)]
    [StringLength(11)]
    [CelRule(TextForm.TagPorts, TextForm.TagPortsMessage)]
    public string? SourcePorts { get; init; }
}
