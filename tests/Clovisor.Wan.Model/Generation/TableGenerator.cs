using System.Net;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Packets;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Generation;

/// <summary>Tables as plans make them, drawn from a seed: a few links at any numbers, a few associations, tags, ports.</summary>
internal sealed class TableGenerator(Random random, TestSite site)
{
    /// <summary>Source ports that packets have and that tags are made of.</summary>
    internal static readonly int[] Ports = [40000, 40001, 40002, 63, 64, 50000, 61000, 65535];

    internal static readonly byte[] Dscps = [0, 0, 46, 10, 12, 63, 8, 1];

    /// <summary>The associations of a site: first, last, and one between.</summary>
    internal static readonly int[] Associations = [0, 7, 1022];

    internal Tables Next(int capacity, bool trusted)
    {
        var tables = new Tables { Capacity = capacity, SenderTrusted = trusted };
        bool crowded = tables.IsCrowded;
        foreach ((uint device, int mtu) in site.Mtus)
        {
            tables.Mtus[device] = mtu;
        }

        foreach ((uint device, byte[] mac) in site.Macs)
        {
            tables.Macs[device] = mac;
        }

        MakeHomes(tables);
        tables.Connected.UnionWith(site.Connected);
        int[] places = [.. Enumerable.Range(0, tables.Links.Length)];
        random.Shuffle(places);
        int count = random.Next(1, TestSite.Links + 1);
        for (int i = 0; i < count; i++)
        {
            tables.Links[places[i]] = Paired(Link(i), i);
            tables.Sources[ClvSource.IndexOf(places[i], tables.Links[places[i]].Generation)] = ClvSource.Of(in tables.Links[places[i]]);
        }

        foreach (int association in Associations)
        {
            tables.Associations[association] = new ClvAssociation
            {
                InUse = (byte)(random.Next(8) == 0 ? 0 : 1),
                // Half of them reset: that needs the most to come together.
                TcpOnDown = random.Next(2) == 0 ? ClvDownAction.Reset : (ClvDownAction)random.Next(1, 3),
                UdpOnDown = (ClvDownAction)random.Next(1, 3),
                OnNoLink = (ClvNoLinkAction)random.Next(3),
                Sticky = (ClvStickyKind)random.Next(3),
                Links = (ushort)(random.Next(4) switch { 0 => 0, 1 => random.Next(0x10000), _ => 0xffff }),
            };
            tables.Slots[association] = Slots(tables);
        }

        // Where there is little room, most that comes is tagged: it takes what is left, and finds the table full after that.
        foreach (byte dscp in Dscps.Where(dscp => dscp != 0 && (crowded || random.Next(2) == 0)))
        {
            tables.Dscp[dscp] = (uint)Associations[random.Next(Associations.Length)] + 1;
        }

        foreach (int port in Ports.Where(_ => random.Next(crowded ? 2 : 4) == 0))
        {
            tables.Ports[port / 64].Set(port % 64, Associations[random.Next(Associations.Length)]);
        }

        tables.Settings = new ClvSettings
        {
            Flags = (ClvSettingFlag)random.Next(4) | (random.Next(2) == 0 ? 0 : ClvSettingFlag.Paired) | (random.Next(4) == 0 ? 0 : ClvSettingFlag.Answers),
            DscpMask = random.Next(crowded ? 8 : 4) switch { 0 => 0, 1 => 0b111000, 2 => 46, _ => 63 },
        };
        if (crowded && random.Next(4) != 0)
        {
            tables.Settings.Flags &= ~ClvSettingFlag.TrustedOnly;
        }

        return tables;
    }

    /// <summary>A link's state, or what its peers know of it, changes.</summary>
    internal ClvLink Change(ClvLink link)
    {
        if (random.Next(3) != 0)
        {
            link.Flags ^= ClvLinkFlag.Usable;
            return link;
        }

        // Another address, or none of its own any more: another generation.
        link.Generation++;
        link.Flags ^= random.Next(2) == 0 ? ClvLinkFlag.Translated : ClvLinkFlag.None;
        link.Flags = link.Flags.HasFlag(ClvLinkFlag.Translated) && link.Pair != 0 && random.Next(3) != 0 ? link.Flags | ClvLinkFlag.Paired : link.Flags & ~ClvLinkFlag.Paired;
        IPAddress v4 = TestSite.Source(random.Next(TestSite.Links), v6: false);
        link.SourceV4 = ClvAddress.RawV4(v4);
        return link;
    }

    internal ClvSlotTable Slots(Tables tables)
    {
        int[] usable = [.. Enumerable.Range(0, tables.Links.Length).Where(index => tables.Links[index].Ifindex != 0)];
        int only = random.Next(3) == 0 ? random.Next(usable.Length) : -1;
        ClvSlotTable slots = default;
        for (int i = 0; i < 64; i++)
        {
            slots.Link[i] = (byte)(only >= 0 ? usable[only] + 1 : random.Next(9) == 0 ? 0 : usable[random.Next(usable.Length)] + 1);
        }

        return slots;
    }

    // Most devices have a number, in no order; the last two are of LANs.
    private void MakeHomes(Tables tables)
    {
        for (int i = 0; i < TestSite.Devices; i++)
        {
            int number = random.Next(1, ClvHome.Most);
            if (random.Next(8) != 0 && tables.Homes[number].Ifindex == 0)
            {
                ClvHomeFlag kind = i >= TestSite.Devices - 2 ? ClvHomeFlag.Lan : ClvHomeFlag.None;
                tables.Homes[number] = new ClvHome { Ifindex = site.Indices[i], Flags = site.L3.Contains(site.Indices[i]) ? kind | ClvHomeFlag.L3 : kind };
            }
        }
    }

    // The first two links mostly lead to one far end, and the others to another.
    private ClvLink Paired(ClvLink link, int device)
    {
        if (link.Flags.HasFlag(ClvLinkFlag.Translated) && random.Next(2) == 0)
        {
            link.Flags |= ClvLinkFlag.Paired;
            link.Pair = (ushort)(random.Next(8) == 0 ? 40000 : device < 2 ? 1 : 2);
            link.PeerV4 = random.Next(8) == 0 ? 0 : ClvAddress.RawV4(TestSite.NextHop(device, v6: false));
            link.PeerV6 = random.Next(8) == 0 ? default : ClvAddress.From(TestSite.NextHop(device, v6: true));
        }

        return link;
    }

    private ClvLink Link(int device) => new()
    {
        Ifindex = site.Indices[device],
        Flags = (random.Next(6) == 0 ? 0 : ClvLinkFlag.Usable) | (random.Next(3) == 0 ? 0 : ClvLinkFlag.Translated)
            | (random.Next(10) == 0 ? 0 : ClvLinkFlag.Ipv4) | (random.Next(10) == 0 ? 0 : ClvLinkFlag.Ipv6),
        Generation = (uint)random.Next(1, 4),
        Mss = (ushort)(random.Next(5) switch { 0 => ClvLink.AnyMss, 1 => random.Next(536, 1500), _ => 0 }),
        NextHopV4 = ClvAddress.RawV4(TestSite.NextHop(device, v6: false)),
        NextHopV6 = ClvAddress.From(TestSite.NextHop(device, v6: true)),
        SourceV4 = ClvAddress.RawV4(TestSite.Source(device, v6: false)),
        SourceV6 = ClvAddress.From(TestSite.Source(device, v6: true)),
    };
}
