using System.Globalization;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes what makes the sockets of a cluster carry a tag.</summary>
internal static class SocketTag
{
    // setsockopt names of Linux: IPPROTO_IP with IP_TOS and IP_LOCAL_PORT_RANGE, IPPROTO_IPV6 with IPV6_TCLASS.
    private const int ProtocolIp = 0;
    private const int ProtocolIpv6 = 41;
    private const int TypeOfService = 1;
    private const int LocalPortRange = 51;
    private const int TrafficClass = 67;

    /// <summary>The lines of <c>upstream_bind_config</c>; empty for a cluster that does not tag.</summary>
    internal static string Bind(byte? dscp, PortRange? sourcePorts)
    {
        string ports = sourcePorts is { } range ? Option("ports " + range, ProtocolIp, LocalPortRange, ((uint)range.Last << 16) | range.First) : "";
        string v4 = Join(dscp is { } point ? Option($"dscp {point}", ProtocolIp, TypeOfService, (uint)point << 2) : "", ports);
        string v6 = Join(dscp is { } code ? Option($"dscp {code}", ProtocolIpv6, TrafficClass, (uint)code << 2) : "", ports);
        return v4.Length == 0
            ? ""
            : $$"""
              upstream_bind_config:
                source_address: { address: 0.0.0.0, port_value: 0 }
                socket_options: [ {{v4}} ]
                extra_source_addresses:
                - address: { address: "::", port_value: 0 }
                  socket_options: { socket_options: [ {{v6}} ] }

              """;
    }

    // Before the bind, so that the SYN carries it; Envoy ignores the two later states on such sockets without a word.
    private static string Option(string description, int level, int name, uint value) => string.Create(
        CultureInfo.InvariantCulture, $"{{ description: {EnvoyYaml.Quoted(description)}, level: {level}, name: {name}, int_value: {value}, state: STATE_PREBIND }}");

    private static string Join(string one, string other) => one.Length > 0 && other.Length > 0 ? $"{one}, {other}" : one + other;
}
