using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Envoy;

/// <summary>Requests that share Envoy's upstream connections, and what the packets of those connections carry from the SYN on. Immutable.</summary>
/// <param name="Name">The name of the association; it is also the value of <c>x-clv-class</c>.</param>
/// <param name="Dscp">The code point of the packets, 1 to 63; null for none.</param>
/// <param name="SourcePorts">The source ports of the connections; null for any. IP_LOCAL_PORT_RANGE, Linux 6.3 or later; needs no privilege.</param>
public sealed record EnvoyClass(string Name, byte? Dscp = null, PortRange? SourcePorts = null)
{
    /// <summary>The name of the class's cluster.</summary>
    public string Cluster => $"class-{Name}";

    /// <summary>The classes of all associations that tag, by DSCP, source ports or both.</summary>
    public static ImmutableArray<EnvoyClass> Of(WanConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return
        [
            .. configuration.Associations
                .Where(association => association.TagDscp is not null || association.TagSourcePorts is not null)
                .Select(association => new EnvoyClass(association.Name, association.TagDscp, association.TagSourcePorts)),
        ];
    }
}
