using System.Net;
using System.Net.Sockets;
using System.Text;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Datapath;

/// <summary>What a plan must be before anything of it is put in force.</summary>
internal static class PlanRules
{
    /// <exception cref="ArgumentException">Lists everything that is wrong.</exception>
    internal static void Require(DatapathPlan plan, ReadOnlySpan<byte> slots)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<string> errors = [];
        CheckCount("links", plan.Links.Length, DatapathPlan.MaxLinks, errors);
        CheckCount("associations", plan.Associations.Length, DatapathPlan.MaxAssociations, errors);
        CheckNames("link", plan.Links.Select(link => link.Name), errors);
        CheckNames("association", plan.Associations.Select(association => association.Name), errors);
        foreach (DatapathLink link in plan.Links)
        {
            CheckLink(link, errors);
        }

        foreach (IGrouping<int, DatapathLink> shared in plan.Links.GroupBy(link => link.InterfaceIndex).Where(group => group.Count() > 1))
        {
            errors.Add($"links {string.Join(", ", shared.Select(link => $"'{link.Name}'"))} are on one device (index {shared.Key})");
        }

        PairRules.Check(plan, errors);
        CheckLan(plan, errors);
        foreach (DatapathAssociation association in plan.Associations)
        {
            if (association.UdpOnLinkDown == LinkDownAction.Reset)
            {
                errors.Add($"association '{association.Name}': only TCP can be reset; UdpOnLinkDown must be rebind or drain");
            }

            if (association.Links.Any(link => link < 0 || link >= plan.Links.Length) || association.Links.Distinct().Count() < association.Links.Length)
            {
                errors.Add($"association '{association.Name}' names the links {string.Join(", ", association.Links)} of {plan.Links.Length}: each must be there, and once");
            }
        }

        CheckTags(plan, errors);
        if (slots.Length != plan.Associations.Length * DatapathPlan.SlotsPerAssociation)
        {
            errors.Add($"{plan.Associations.Length} associations need {plan.Associations.Length * DatapathPlan.SlotsPerAssociation} slots, not {slots.Length}");
        }

        CheckSlots(slots, plan.Links.Length, errors);
        Throw(errors, "The plan cannot be put in force");
    }

    /// <exception cref="ArgumentException">A tag has bits that are not looked at, so no packet could carry it.</exception>
    internal static void RequireVisible(DatapathPlan plan, byte mask)
    {
        List<string> errors = [.. plan.Tags.Where(tag => (tag.Dscp & ~mask) != 0).Select(tag => $"the tag {tag.Dscp} has bits outside of DscpMask {mask}")];
        Throw(errors, "The plan cannot be put in force");
    }

    /// <exception cref="ArgumentException">There are not as many slots as an association has, or one names no link.</exception>
    internal static void RequireSlots(ReadOnlySpan<byte> slots, int links)
    {
        List<string> errors = [];
        if (slots.Length != DatapathPlan.SlotsPerAssociation)
        {
            errors.Add($"an association has {DatapathPlan.SlotsPerAssociation} slots, not {slots.Length}");
        }

        CheckSlots(slots, links, errors);
        Throw(errors, "The slots cannot be set");
    }

    /// <exception cref="ArgumentException">The tuple names no session that there can be.</exception>
    internal static void RequireTuple(in SessionTuple tuple)
    {
        List<string> errors = [];
        if ((int)tuple.Protocol is < 1 or > 255)
        {
            errors.Add($"the protocol {(int)tuple.Protocol} must be from 1 to 255");
        }

        if (tuple.Source is null || tuple.Destination is null)
        {
            errors.Add("both ends must be given");
        }
        else
        {
            bool ports = tuple.Protocol is ProtocolType.Tcp or ProtocolType.Udp;
            bool v4 = ClvAddress.From(tuple.Source.Address).IsV4;
            CheckEnd("source", tuple.Source, ports, errors);
            CheckEnd("destination", tuple.Destination, ports, errors);
            if (!ports && (tuple.Destination.Port != 0 || (tuple.Source.Port != 0 && tuple.Protocol is not (ProtocolType.Icmp or ProtocolType.IcmpV6))))
            {
                errors.Add($"the protocol {(int)tuple.Protocol} has no ports: give 0, but for the identifier of an echo as the source's");
            }

            if (tuple.Source.Port == 0 && tuple.Protocol is (ProtocolType.Icmp or ProtocolType.IcmpV6))
            {
                errors.Add("an echo without an identifier is no session, since its answer looks like another's question: give the identifier as the source's port, 1 to 65535");
            }

            if (tuple.Protocol == (v4 ? ProtocolType.IcmpV6 : ProtocolType.Icmp))
            {
                errors.Add($"{tuple.Protocol} is not of the family of {tuple.Source.Address}");
            }

            if (ClvAddress.From(tuple.Source.Address).IsV4 != ClvAddress.From(tuple.Destination.Address).IsV4)
            {
                errors.Add($"source {tuple.Source} and destination {tuple.Destination} are of different families");
            }
        }

        Throw(errors, "There is no such session");
    }

    private static void CheckEnd(string which, IPEndPoint end, bool hasPort, List<string> errors)
    {
        if ((hasPort && end.Port == 0) || end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any))
        {
            errors.Add($"the {which} {end} must be a concrete address{(hasPort ? " and port" : string.Empty)}: bind the socket before it is reported");
        }
    }

    private static void CheckLan(DatapathPlan plan, List<string> errors)
    {
        CheckCount("LAN devices", plan.LanInterfaces.Length, DatapathPlan.MaxLanDevices, errors);
        foreach (IGrouping<int, int> index in plan.LanInterfaces.GroupBy(index => index))
        {
            if (index.Key < 1)
            {
                errors.Add($"the LAN device has index {index.Key}: indices begin at 1");
            }

            if (index.Count() > 1)
            {
                errors.Add($"the LAN device of index {index.Key} is named {index.Count()} times");
            }

            if (plan.Links.FirstOrDefault(link => link.InterfaceIndex == index.Key) is { } link)
            {
                errors.Add($"the device of link '{link.Name}' (index {index.Key}) is a LAN device too: it can be only one of the two");
            }
        }
    }

    private static void CheckCount(string what, int count, int most, List<string> errors)
    {
        if (count > most)
        {
            errors.Add($"{count} {what} are more than the {most} that the maps hold");
        }
    }

    private static void CheckNames(string what, IEnumerable<string> names, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (string.IsNullOrEmpty(name) || Encoding.UTF8.GetByteCount(name) > ClvName.MaxBytes || name.Contains('\0', StringComparison.Ordinal))
            {
                errors.Add($"the {what} name '{name}' must have from 1 to {ClvName.MaxBytes} bytes of UTF-8");
            }
            else if (!seen.Add(name))
            {
                errors.Add($"the {what} name '{name}' occurs twice");
            }
        }
    }

    private static void CheckLink(DatapathLink link, List<string> errors)
    {
        if (link.InterfaceIndex < 1)
        {
            errors.Add($"link '{link.Name}': {link.InterfaceIndex} is no interface index");
        }

        if (link.NextHopV4 is null && link.NextHopV6 is null)
        {
            errors.Add($"link '{link.Name}' has a next hop of neither family");
        }

        if (link.MssClamp is not (null or 0 or (>= WanLink.LeastMss and <= WanLink.MostMss)))
        {
            errors.Add($"link '{link.Name}': a segment size of {link.MssClamp} is out of range, {WanLink.LeastMss} to {WanLink.MostMss}; or 0, or null");
        }

        CheckFamily(link.Name, "next hop", link.NextHopV4, AddressFamily.InterNetwork, errors);
        CheckFamily(link.Name, "next hop", link.NextHopV6, AddressFamily.InterNetworkV6, errors);
        CheckFamily(link.Name, "source", link.SourceV4, AddressFamily.InterNetwork, errors);
        CheckFamily(link.Name, "source", link.SourceV6, AddressFamily.InterNetworkV6, errors);
        if (link.Addressing != AddressingKind.Preserved && link.NextHopV4 is not null && link.SourceV4 is null)
        {
            errors.Add($"link '{link.Name}' translates and has an IPv4 next hop, but no IPv4 source");
        }

        if (link.Addressing != AddressingKind.Preserved && link.NextHopV6 is not null && link.SourceV6 is null)
        {
            errors.Add($"link '{link.Name}' translates and has an IPv6 next hop, but no IPv6 source");
        }
    }

    internal static void CheckFamily(string link, string what, IPAddress? address, AddressFamily family, List<string> errors)
    {
        if (address is not null && (address.AddressFamily != family || address.IsIPv4MappedToIPv6))
        {
            errors.Add($"link '{link}': the {what} {address} is not an {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address");
        }
    }

    private static void CheckTags(DatapathPlan plan, List<string> errors)
    {
        foreach (DscpTag tag in plan.Tags)
        {
            if (tag.Dscp is < 1 or > 63)
            {
                errors.Add($"the tag {tag.Dscp} must be from 1 to 63");
            }

            if (tag.Association < 0 || tag.Association >= plan.Associations.Length)
            {
                errors.Add($"the tag {tag.Dscp} names association {tag.Association} of {plan.Associations.Length}");
            }
        }

        for (int i = 0; i < plan.PortTags.Length; i++)
        {
            (PortRange ports, int association) = plan.PortTags[i];
            if (TagPorts.Fault(ports) is { } fault)
            {
                errors.Add($"the source ports {fault}");
            }

            if (association < 0 || association >= plan.Associations.Length)
            {
                errors.Add($"the source ports {ports} name association {association} of {plan.Associations.Length}");
            }

            foreach (PortTag other in plan.PortTags[..i].Where(other => TagPorts.Overlap(other.Ports, ports)))
            {
                errors.Add($"the source ports {other.Ports} and {ports} overlap");
            }
        }

        foreach (IGrouping<byte, DscpTag> shared in plan.Tags.GroupBy(tag => tag.Dscp).Where(group => group.Count() > 1))
        {
            errors.Add($"the tag {shared.Key} occurs {shared.Count()} times");
        }
    }

    private static void CheckSlots(ReadOnlySpan<byte> slots, int links, List<string> errors)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] != DatapathPlan.NoLink && slots[i] >= links)
            {
                errors.Add($"slot {i} names link {slots[i]} of {links}");
            }
        }
    }

    private static void Throw(List<string> errors, string what)
    {
        if (errors.Count > 0)
        {
            throw new ArgumentException($"{what}: {string.Join("; ", errors)}.");
        }
    }
}
