using System.Globalization;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Datapath;

/// <summary>Which source ports may be tags.</summary>
internal static class TagPorts
{
    /// <summary>Below are the ports of well-known services, which processes bind for other reasons.</summary>
    internal const int First = 1024;

    /// <summary>Above are the ports that the datapath translates to (<c>CLV_FIRST_PORT</c>).</summary>
    internal const int Last = 60999;

    /// <summary>The fewest in a range. A proxy that finds no free port fails the request, and closed connections hold theirs for a minute.</summary>
    internal const int Fewest = 64;

    /// <summary>What is wrong with a range, or null.</summary>
    internal static string? Fault(PortRange ports)
    {
        if (ports.First < First || ports.Last > Last || ports.Last < ports.First)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{ports} is out of range; choose ports from {First} to {Last}, the first before the last: those above are what sessions are translated to");
        }

        int count = ports.Last - ports.First + 1;
        return count >= Fewest
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{ports} has {count} port(s), and a proxy without a free port fails its requests; choose at least {Fewest}, better four times the connections of its pool");
    }

    internal static bool Overlap(PortRange left, PortRange right) => left.First <= right.Last && right.First <= left.Last;
}
