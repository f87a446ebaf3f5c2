using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks links and their probes.</summary>
internal static class LinkValidator
{
    // IFNAMSIZ is 16 with the terminating zero.
    private const int LongestDeviceName = 15;

    public static void Validate(ImmutableArray<WanLink> links, FindingList findings)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var devices = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int position = 0; position < links.Length; position++)
        {
            WanLink link = links[position];
            findings.LookAt(SubjectKind.WanLink, position);
            ConfigurationValidator.CheckName(link.Name, names, position, findings);
            CheckDevice(link, devices, findings);
            CheckAddresses(link.NextHops, "spec.nextHop", "next hop", findings);
            CheckAddresses(link.Addresses, "spec.addresses", "address", findings);
            findings.Enumeration(link.Addressing, "spec.addressing");
            findings.Enumeration(link.Role, "spec.role");
            findings.Enumeration(link.Transport, "spec.transport");
            findings.Enumeration(link.Billing, "spec.billing");
            if (link.MssClamp is { } mss and not 0)
            {
                findings.Range(mss, WanLink.LeastMss, WanLink.MostMss, "spec.mssClamp");
            }

            if (link.Capacity is { } capacity)
            {
                findings.Range(capacity.UpBitsPerSecond, 1, long.MaxValue, "spec.capacity.up");
                findings.Range(capacity.DownBitsPerSecond, 1, long.MaxValue, "spec.capacity.down");
            }

            for (int i = 0; i < link.Probes.Length; i++)
            {
                ProbeValidator.Check(link.Probes[i], $"spec.probes[{i}]", findings);
            }

            CheckRecovery(link.Recovery, findings);
            PeerValidator.Check(links, position, findings);
        }
    }

    /// <summary>Checks that tunnels lie over links that exist, and not over one another in a circle.</summary>
    public static void ValidateTunnels(ConfigurationDraft draft, FindingList findings)
    {
        string[] names = [.. draft.Links.Select(static link => link.Name)];
        for (int position = 0; position < draft.Links.Length; position++)
        {
            if (draft.Links[position].Over is not { } over)
            {
                continue;
            }

            findings.LookAt(SubjectKind.WanLink, position);
            if (!names.Contains(over))
            {
                if (!draft.Broken.Contains((SubjectKind.WanLink, over)))
                {
                    findings.Add(ConfigurationErrorCodes.UnknownReference, "spec.over", $"there is no WanLink '{over}'{Suggestion.For(over, names, "; none is declared")}");
                }

                continue;
            }

            var seen = new List<string> { draft.Links[position].Name };
            for (string? next = over; next is not null; next = draft.Links.FirstOrDefault(link => link.Name == next)?.Over)
            {
                seen.Add(next);
                if (next == seen[0])
                {
                    findings.Add(ConfigurationErrorCodes.Circle, "spec.over", $"the link is carried by itself: {string.Join(" over ", seen)}. Let one of them stand by itself.");
                    break;
                }

                if (seen.IndexOf(next) < seen.Count - 1)
                {
                    // A circle further down, which is said of the links that are in it.
                    break;
                }
            }
        }
    }

    private static void CheckDevice(WanLink link, Dictionary<string, string> devices, FindingList findings)
    {
        const string Path = "spec.device";
        if (link.Device.Length == 0 || Encoding.UTF8.GetByteCount(link.Device) > LongestDeviceName
            || link.Device is "." or ".." || link.Device.Any(static c => c is '/' or ':' || char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            findings.Add(
                ConfigurationErrorCodes.InvalidName,
                Path,
                $"'{link.Device}' cannot be the name of a network device; such a name has 1 to {LongestDeviceName} bytes without '/', ':' and spaces. 'ip -br link' lists them.");
        }

        if (link.Device == "lo")
        {
            findings.Add(ConfigurationErrorCodes.Contradiction, Path, "'lo' leads nowhere else; name the device of an uplink.");
        }

        if (!devices.TryAdd(link.Device, link.Name))
        {
            findings.Add(
                ConfigurationErrorCodes.DuplicateDevice,
                Path,
                $"'{link.Device}' is the device of link '{devices[link.Device]}' already; a device carries one link. For two providers behind one device use VLAN devices.");
        }
    }

    internal static void CheckAddresses(ImmutableArray<IPAddress> addresses, string path, string what, FindingList findings)
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            CheckUnicast(addresses[i], $"{path}[{i}]", findings);
        }

        foreach (AddressFamily family in (ReadOnlySpan<AddressFamily>)[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            int count = addresses.Count(address => address.AddressFamily == family);
            if (count > 1)
            {
                string name = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
                findings.Add(ConfigurationErrorCodes.DuplicateEntry, path, $"there are {count} {name} addresses; a link has one {what} a family. Keep one.");
            }
        }
    }

    internal static void CheckUnicast(IPAddress address, string path, FindingList findings)
    {
        bool v4 = address.AddressFamily == AddressFamily.InterNetwork;
        byte[] bytes = address.GetAddressBytes();
        string? kind =
            address.Equals(v4 ? IPAddress.Any : IPAddress.IPv6Any) ? "the unspecified address"
            : IPAddress.IsLoopback(address) ? "a loopback address"
            : v4 && bytes[0] >= 240 ? "a reserved or the broadcast address"
            : v4 ? bytes[0] >= 224 ? "a multicast address" : null
            : address.IsIPv6Multicast ? "a multicast address"
            : address.IsIPv4MappedToIPv6 ? "an IPv4 address in IPv6 form"
            : null;
        if (kind is not null)
        {
            findings.Add(ConfigurationErrorCodes.OutOfRange, path, $"{address} is {kind}; write the unicast address of a host.");
        }
    }

    private static void CheckRecovery(LinkRecovery recovery, FindingList findings)
    {
        findings.Range(recovery.Good, 1, 1000, "spec.recovery.good");
        findings.Range(recovery.HoldDown, TimeSpan.Zero, TimeSpan.FromHours(1), "spec.recovery.holdDown");
        findings.Range(recovery.HalfLife, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "spec.recovery.dampening.halfLife");
        findings.Range(recovery.MaxHoldDown, TimeSpan.Zero, TimeSpan.FromDays(1), "spec.recovery.dampening.max");
        if (recovery.MaxHoldDown < recovery.HoldDown)
        {
            findings.Add(
                ConfigurationErrorCodes.Contradiction,
                "spec.recovery.dampening.max",
                $"the longest hold-down, {Units.Show(recovery.MaxHoldDown)}, is shorter than the shortest, {Units.Show(recovery.HoldDown)}; raise it or lower holdDown.");
        }
    }
}
