using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads the spec of a WanLink.</summary>
internal static class LinkReader
{
    private const string AddressHint = "write an address such as 192.0.2.1 or 2001:db8::1, not a name and without a prefix length";

    public static WanLink Read(string name, FieldReader spec)
    {
        spec.TryText("device", "name the network device, such as eth1", out string? device);
        FieldReader? peer = spec.Nested("peer", "write peer: { name: cloud, addresses: [192.0.2.1] }");
        var link = new WanLink
        {
            Name = name,
            Device = device ?? "",
            NextHops = Addresses(spec, "nextHop"),
            Addresses = Addresses(spec, "addresses"),
            Addressing = spec.Word(
                "addressing",
                AddressingKind.Translated,
                ("translated", AddressingKind.Translated),
                ("preserved", AddressingKind.Preserved),
                ("paired", AddressingKind.Paired)),
            Peer = peer?.OptionalText("name", "name the site at the far end, the same in all links that lead there"),
            PeerAddresses = peer is null ? [] : peer.List<IPAddress>("addresses", TryAddress, AddressHint),
            MssClamp = spec.Read<int?>("mssClamp", TryMss, "write auto, off or a number of bytes", null),
            Role = spec.Word("role", LinkRole.Normal, ("normal", LinkRole.Normal), ("backup", LinkRole.Backup)),
            Transport = spec.Word("transport", LinkTransport.Public, ("public", LinkTransport.Public), ("private", LinkTransport.Private)),
            Billing = spec.Word("billing", LinkBilling.Flat, ("flat", LinkBilling.Flat), ("usage", LinkBilling.Usage)),
            Encrypted = spec.Word("encrypted", false, ("no", false), ("yes", true)),
            InternetBreakout = spec.Word<bool?>("internetBreakout", null, ("yes", true), ("no", false)),
            Over = spec.OptionalText("over", "name the WanLink that carries this tunnel"),
            Capacity = ReadCapacity(spec.Nested("capacity", "write capacity: { up: 200M, down: 1G }")),
            Probes = [.. ReadProbes(spec)],
            Recovery = ReadRecovery(spec.Nested("recovery", "write recovery: { good: 8, holdDown: 10s }")),
        };
        peer?.Finish();
        spec.Finish();
        return link;
    }

    private static ImmutableArray<IPAddress> Addresses(FieldReader spec, string name) =>
        spec.Value(name) is YamlScalar { Text: "auto" } ? [] : spec.List<IPAddress>(name, TryAddress, $"{AddressHint}, or 'auto' alone");

    // 0 is a word's: no number that somebody writes.
    private static bool TryMss(string text, out int? value)
    {
        bool number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) && bytes != 0;
        value = number ? bytes : text == "off" ? 0 : null;
        return number || text is "off" or "auto";
    }

    private static bool TryAddress(string text, out IPAddress value)
    {
        // IPAddress reads "1" and "0x7f.1" too, which nobody means.
        bool read = IPAddress.TryParse(text, out IPAddress? address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text);

        // A link-local address means the one on the link's own device, whatever zone is written behind it.
        value = read ? new IPAddress(address!.GetAddressBytes()) : IPAddress.None;
        return read;
    }

    /// <summary>Reads how much a link carries, or is to carry.</summary>
    public static LinkCapacity? ReadCapacity(FieldReader? capacity)
    {
        if (capacity is null)
        {
            return null;
        }

        long? up = capacity.ReadOptional<long>("up", Units.TryRate, Units.RateHint);
        long? down = capacity.ReadOptional<long>("down", Units.TryRate, Units.RateHint);
        foreach (string name in (ReadOnlySpan<string>)["up", "down"])
        {
            if (!capacity.Has(name))
            {
                capacity.Missing(name, Units.RateHint);
            }
        }

        capacity.Finish();
        return up is null || down is null ? null : new LinkCapacity(up.Value, down.Value);
    }

    private static IEnumerable<ProbeDefinition> ReadProbes(FieldReader spec)
    {
        const string Hint = "write - { kind: icmp, targets: [192.0.2.1] }";
        foreach ((YamlValue item, string path) in spec.Items("probes"))
        {
            if (spec.AsMapping(item, path, Hint) is { } probe && ReadProbe(probe) is { } definition)
            {
                yield return definition;
            }
        }
    }

    private static ProbeDefinition? ReadProbe(FieldReader probe)
    {
        string? kind = probe.OptionalText("kind", "write icmp, tcp, http, https or dns");
        if (kind is "bfd" or "twamp")
        {
            // Its other fields are of a form that is not defined yet, so nothing is said about them.
            probe.NotSupported("kind", $"probes of kind '{kind}' are not supported; use icmp, tcp, http, https or dns.");
            return null;
        }

        ProbeKind asked = probe.Word(
            "kind", ProbeKind.Icmp, ("icmp", ProbeKind.Icmp), ("tcp", ProbeKind.Tcp), ("http", ProbeKind.Http), ("https", ProbeKind.Https), ("dns", ProbeKind.Dns));
        var defaults = new ProbeDefinition { Kind = asked, Targets = [] };
        var definition = new ProbeDefinition
        {
            Kind = asked,
            Port = probe.Has("port") ? probe.Integer("port", 0) : null,
            Dscp = probe.Read<byte>("dscp", Dscp.TryParse, Dscp.Hint, 0),
            Host = probe.OptionalText("host", "write the name of the server"),
            Path = probe.OptionalText("path", "write a path such as /health") ?? defaults.Path,
            Status = probe.Has("status") ? probe.Integer("status", 0) : null,
            Body = probe.OptionalText("body", "write a text that the response contains"),
            Query = probe.OptionalText("query", "write a domain name") ?? defaults.Query,
            VerifyCertificate = probe.Word("verifyCertificate", true, ("yes", true), ("no", false)),
            Targets = probe.List<IPAddress>("targets", TryAddress, AddressHint),
            Interval = probe.Duration("interval", defaults.Interval),
            Timeout = probe.Duration("timeout", defaults.Timeout),
            Lost = probe.Integer("lost", defaults.Lost),
            Quorum = probe.Integer("quorum", defaults.Quorum),
        };
        if (!probe.Has("targets"))
        {
            probe.Missing("targets", "name at least one address that answers");
        }

        probe.Finish();
        return definition;
    }

    private static LinkRecovery ReadRecovery(FieldReader? recovery)
    {
        var defaults = new LinkRecovery();
        if (recovery is null)
        {
            return defaults;
        }

        FieldReader? dampening = recovery.Nested("dampening", "write dampening: { halfLife: 60s, max: 10m }");
        var read = new LinkRecovery
        {
            Good = recovery.Integer("good", defaults.Good),
            HoldDown = recovery.Duration("holdDown", defaults.HoldDown),
            HalfLife = dampening?.Duration("halfLife", defaults.HalfLife) ?? defaults.HalfLife,
            MaxHoldDown = dampening?.Duration("max", defaults.MaxHoldDown) ?? defaults.MaxHoldDown,
        };
        dampening?.Finish();
        recovery.Finish();
        return read;
    }
}
