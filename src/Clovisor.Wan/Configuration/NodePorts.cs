using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Configuration;

/// <summary>The ports that a node gives to sockets, and what of a configuration does not fit them. Pure but for <see cref="Read"/>; needs no privilege.</summary>
public static class NodePorts
{
    private const string Setting = "/proc/sys/net/ipv4/ip_local_port_range";

    /// <summary>Reads <c>net.ipv4.ip_local_port_range</c> of this process's network namespace.</summary>
    /// <returns>Null where the system does not say.</returns>
    public static PortRange? Read()
    {
        try
        {
            string[] ends = File.ReadAllText(Setting).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return ends.Length == 2 && PortRange.TryParse($"{ends[0]}-{ends[1]}", out PortRange range) ? range : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Warns of tags whose source ports the kernel does not keep a socket to: it ignores each end of <c>IP_LOCAL_PORT_RANGE</c> that lies outside of the node's range.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="local">The ports that the node gives to sockets.</param>
    /// <returns>A warning for each association that it concerns, in their order.</returns>
    public static ImmutableArray<ConfigurationError> Check(WanConfiguration configuration, PortRange local)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ImmutableArray<ConfigurationError>.Builder warnings = ImmutableArray.CreateBuilder<ConfigurationError>();
        foreach (WanAssociation association in configuration.Associations)
        {
            if (association.TagSourcePorts is { } ports && !(local.Contains(ports.First) && local.Contains(ports.Last)))
            {
                warnings.Add(new ConfigurationError
                {
                    Code = ConfigurationErrorCodes.PortsNotLocal,
                    Severity = FindingSeverity.Warning,
                    Subject = $"WanAssociation/{association.Name}",
                    Path = "spec.tag.sourcePorts",
                    Message = Describe(ports, local),
                });
            }
        }

        return warnings.ToImmutable();
    }

    private static string Describe(PortRange ports, PortRange local)
    {
        ushort first = local.Contains(ports.First) ? ports.First : local.First;
        ushort last = local.Contains(ports.Last) ? ports.Last : local.Last;
        string outside = string.Join(" and ", new[] { ports.First, ports.Last }.Where(end => !local.Contains(end)).Distinct());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outside} is not of the node's net.ipv4.ip_local_port_range, {local}, and the kernel ignores it: a socket that is to keep to {ports} gets its port from {first}-{last}. Choose a range within, or widen the node's.");
    }
}
