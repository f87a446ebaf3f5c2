using System.Collections.Immutable;
using System.Net.Sockets;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Steering;

/// <summary>Makes the datapath's plan of a configuration and of what its devices look like now.</summary>
internal static class PlanBuilder
{
    /// <summary>Makes a plan of those links that packets can leave by, or could a moment ago.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="links">Its links.</param>
    /// <param name="lanInterfaces">The LAN devices that there are.</param>
    /// <param name="positions">Takes the position in the plan of each link of the configuration, or -1.</param>
    public static DatapathPlan Build(
        WanConfiguration configuration, ImmutableArray<MonitoredLink> links, ImmutableArray<int> lanInterfaces, out ImmutableArray<int> positions)
    {
        ImmutableArray<DatapathLink>.Builder planned = ImmutableArray.CreateBuilder<DatapathLink>();
        int[] places = new int[links.Length];
        for (int i = 0; i < links.Length; i++)
        {
            places[i] = -1;
            if (links[i].LastGoodPath is { Index: { } index } path)
            {
                places[i] = planned.Count;
                planned.Add(new DatapathLink
                {
                    Name = links[i].Link.Name,
                    InterfaceIndex = index,
                    Addressing = links[i].Link.Addressing,
                    NextHopV4 = path.NextHopV4,
                    NextHopV6 = path.NextHopV6,
                    SourceV4 = path.SourceV4,
                    SourceV6 = path.SourceV6,
                    Peer = links[i].Link.Peer,
                    PeerV4 = links[i].Link.PeerAddresses.FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork),
                    PeerV6 = links[i].Link.PeerAddresses.FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetworkV6),
                    MssClamp = links[i].Link.MssClamp,
                    Usable = links[i].Machine.IsUsable,
                });
            }
        }

        positions = [.. places];
        Dictionary<string, int> byName = planned.Select(static (link, position) => (link.Name, position)).ToDictionary(static link => link.Name, static link => link.position, StringComparer.Ordinal);
        return new DatapathPlan
        {
            Links = planned.ToImmutable(),
            Associations = [.. configuration.Associations.Select(association => Describe(association, byName))],
            Tags = [.. configuration.Associations.SelectMany(Tags)],
            LanInterfaces = lanInterfaces,
            PortTags = [.. configuration.Associations.SelectMany(PortTags)],
        };
    }

    /// <summary>Whether two plans differ in nothing but the gates of their links.</summary>
    public static bool SameButForGates(DatapathPlan left, DatapathPlan right) =>
        left.Links.Length == right.Links.Length && left.LanInterfaces.SequenceEqual(right.LanInterfaces)
        && left.Links.Zip(right.Links).All(static pair => pair.First == pair.Second with { Usable = pair.First.Usable });

    private static DatapathAssociation Describe(WanAssociation association, Dictionary<string, int> links) => new()
    {
        Name = association.Name,
        TcpOnLinkDown = association.TcpOnLinkDown,
        UdpOnLinkDown = association.UdpOnLinkDown,
        OnNoLink = association.OnNoLink,
        Sticky = association.Sticky.Kind,
        Links = [.. association.Tiers.SelectMany(static tier => tier.Links).Where(link => links.ContainsKey(link.Link)).Select(link => links[link.Link])],
    };

    private static IEnumerable<PortTag> PortTags(WanAssociation association, int position) =>
        association.TagSourcePorts is { } ports ? [new PortTag(ports, position)] : [];

    private static IEnumerable<DscpTag> Tags(WanAssociation association, int position)
    {
        IEnumerable<byte> own = association.TagDscp is { } tag ? [tag] : [];
        return association.Dscps.Union(own).Select(dscp => new DscpTag(dscp, position));
    }
}
