using System.Net;
using System.Net.Sockets;
using System.Text;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Datapath;

/// <summary>What the paired links of a plan must be.</summary>
internal static class PairRules
{
    internal static void Check(DatapathPlan plan, List<string> errors)
    {
        foreach (DatapathLink link in plan.Links)
        {
            if (link.Addressing == AddressingKind.Paired)
            {
                CheckPaired(link, errors);
            }
            else if (link.Peer is not null || link.PeerV4 is not null || link.PeerV6 is not null)
            {
                errors.Add($"link '{link.Name}' has a peer, and is not paired");
            }
        }

        DatapathLink[] paired = [.. plan.Links.Where(static link => link.Addressing == AddressingKind.Paired)];
        IEnumerable<(string Link, IPAddress Address)> addresses = paired.SelectMany(
            static link => new[] { link.PeerV4, link.PeerV6 }.OfType<IPAddress>().Select(address => (link.Name, address)));
        foreach (IGrouping<IPAddress, (string Link, IPAddress Address)> shared in addresses.GroupBy(static end => end.Address).Where(static group => group.Count() > 1))
        {
            errors.Add($"links {string.Join(", ", shared.Select(static end => $"'{end.Link}'"))} have the same peer address {shared.Key}: by it the link of a packet is told");
        }

        foreach (IGrouping<ushort, string> shared in paired.Select(static link => link.Peer ?? "").Distinct(StringComparer.Ordinal)
            .GroupBy(PairNumber.Of).Where(static group => group.Count() > 1))
        {
            errors.Add($"the peers {string.Join(", ", shared.Select(static name => $"'{name}'"))} get the same number in the maps: rename one");
        }
    }

    private static void CheckPaired(DatapathLink link, List<string> errors)
    {
        if (string.IsNullOrEmpty(link.Peer) || Encoding.UTF8.GetByteCount(link.Peer) > ClvName.MaxBytes)
        {
            errors.Add($"link '{link.Name}' is paired: its peer's name must have from 1 to {ClvName.MaxBytes} bytes of UTF-8");
        }

        PlanRules.CheckFamily(link.Name, "peer", link.PeerV4, AddressFamily.InterNetwork, errors);
        PlanRules.CheckFamily(link.Name, "peer", link.PeerV6, AddressFamily.InterNetworkV6, errors);
        if (link.PeerV4 is null && link.PeerV6 is null)
        {
            errors.Add($"link '{link.Name}' is paired, and has no peer address of either family");
        }
    }
}
