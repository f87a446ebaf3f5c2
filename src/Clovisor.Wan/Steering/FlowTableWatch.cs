using System.Collections.Immutable;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Steering;

/// <summary>
/// Looks from time to time for flow tables on the devices of links. The kernel tells of changes of its rules only those who take all of them, so
/// they are asked for. For the engine's thread.
/// </summary>
/// <param name="read">Lists the flow tables that there are.</param>
internal sealed class FlowTableWatch(Func<ImmutableArray<FlowTable>> read)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>When to look next, on the engine's clock.</summary>
    public TimeSpan NextLook { get; private set; } = TimeSpan.Zero;

    /// <summary>What an operator must know, a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    /// <summary>Looks, if it is time.</summary>
    /// <returns>Whether there is something new to warn of.</returns>
    public bool Look(IEnumerable<string> devices, TimeSpan now)
    {
        if (now < NextLook)
        {
            return false;
        }

        NextLook = now + Every;
        HashSet<string> links = [.. devices];
        ImmutableArray<string> before = Warnings;
        Warnings =
        [
            .. read()
                .Where(table => table.InHardware)
                .SelectMany(table => table.Devices.Where(links.Contains).Select(device => Describe(table, device))),
        ];
        return Warnings.Except(before, StringComparer.Ordinal).Any();
    }

    private static string Describe(FlowTable table, string device) =>
        $"Flow table '{table.Name}' of nftables table '{table.Table}' has the hardware of {device} forward flows by itself: their packets pass no program, keep the way that they began on, and neither move nor count. "
        + $"Take {device} out of the flow table, or its flag 'offload'.";
}
