using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>Sessions by what is known of them. Every field that is given must hold; one value of a list is enough.</summary>
[CelRule(
    "has(self.users) || has(self.headers) || has(self.sources) || has(self.destinations) || has(self.ports) || has(self.protocols) || has(self.namespaces) || has(self.pods) || has(self.sni)",
    "the flow asks nothing, so every session would be meant; give destinations: ['0.0.0.0/0'] if that is so")]
public sealed record FlowMatchSpec
{
    /// <summary>Users.</summary>
    [ItemCount(1, 64)]
    [StringLength(256, MinimumLength = 1)]
    public ImmutableArray<string>? Users { get; init; }

    /// <summary>Headers of the request by name, each with its value, or * for any.</summary>
    [ItemCount(1, 16)]
    [StringLength(1024, MinimumLength = 1)]
    public ImmutableDictionary<string, string>? Headers { get; init; }

    /// <summary>Networks or addresses that sessions come from.</summary>
    [ItemCount(1, 64)]
    [StringLength(49)]
    [CelRule(TextForm.Network, TextForm.NetworkMessage, OfItems = true)]
    public ImmutableArray<string>? Sources { get; init; }

    /// <summary>Networks or addresses that sessions go to.</summary>
    [ItemCount(1, 64)]
    [StringLength(49)]
    [CelRule(TextForm.Network, TextForm.NetworkMessage, OfItems = true)]
    public ImmutableArray<string>? Destinations { get; init; }

    /// <summary>Destination ports: 443, or a range such as "8000-8099".</summary>
    [ItemCount(1, 64)]
    [CelRule(TextForm.Ports, TextForm.PortsMessage, OfItems = true)]
    public ImmutableArray<NumberOrName>? Ports { get; init; }

    /// <summary>IP protocols by number or name, such as tcp, udp, icmp.</summary>
    [ItemCount(1, 16)]
    [CelRule(TextForm.Protocol, TextForm.ProtocolMessage, OfItems = true)]
    public ImmutableArray<NumberOrName>? Protocols { get; init; }

    /// <summary>Kubernetes namespaces that sessions come from.</summary>
    [ItemCount(1, 64)]
    [StringLength(63, MinimumLength = 1)]
    [RegularExpression("^[^*]+$")]
    public ImmutableArray<string>? Namespaces { get; init; }

    /// <summary>Pods that sessions come from; * at the end stands for any end.</summary>
    [ItemCount(1, 64)]
    [StringLength(253, MinimumLength = 1)]
    [RegularExpression("^[^*]*[*]?$")]
    public ImmutableArray<string>? Pods { get; init; }

    /// <summary>Server names that clients ask for, such as www.example.org or *.example.org.</summary>
    [ItemCount(1, 64)]
    [StringLength(255, MinimumLength = 1)]
    [RegularExpression("^([*][.])?[^*]+$")]
    public ImmutableArray<string>? Sni { get; init; }
}
