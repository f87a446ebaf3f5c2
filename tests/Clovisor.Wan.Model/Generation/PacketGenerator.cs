using System.Net;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Packets;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Generation;

/// <summary>
/// Draws packets that mean something to the tables as they are: of sessions that are there, answers to them, errors about them, tagged and plain
/// strangers, and frames that are broken in some way.
/// </summary>
internal sealed class PacketGenerator(Random random, TestSite site, Tables tables)
{
    private static readonly byte[] Protocols =
        [Packet.Tcp, Packet.Tcp, Packet.Tcp, Packet.Udp, Packet.Udp, Packet.Udp, 1, 1, 47, Packet.UdpLite, Packet.Dccp, 50, Packet.Authentication, 59];

    /// <summary>What is no single host's: two of IPv6, and of IPv4.</summary>
    private static readonly string[] NoHosts = ["::", "ff05::2", "0.0.0.7", "127.0.0.9", "239.1.1.1"];

    private static readonly byte[] Flags =
    [
        Packet.Syn, Packet.Syn, Packet.Syn, Packet.Ack, Packet.Ack, Packet.Syn | Packet.Ack, Packet.Fin | Packet.Ack, Packet.Rst, Packet.Rst | Packet.Ack, 0, 0x18,
    ];

    private static readonly byte[][] ExtensionChains =
        [[0], [60], [43], [0, 43, 60], [60, 60, 60, 60, 60, 60], [60, 60, 60, 60, 60, 60, 60], [51], [60, 51], [44], [60, 44, 60]];

    private readonly FrameDamage _damage = new(random);
    private int _watched;
    private int _watching;

    internal Arrival Next()
    {
        (Hook hook, FrameSpec spec) = Draw();
        FrameSpec shaped = Shape(spec);
        byte[] frame = shaped.Build();
        bool damaged = random.Next(8) == 0;
        if (damaged)
        {
            frame = _damage.Do(frame);
        }

        // LAN devices are the last two; of the others each may be a link's or not.
        int place = hook == Hook.Lan ? random.Next(TestSite.Devices - 2, TestSite.Devices) : random.Next(TestSite.Devices - 2);
        uint device = site.Indices[place];
        if (hook != Hook.Egress && random.Next(8) != 0)
        {
            site.Macs[device].CopyTo(frame, 0);
        }

        uint segments = random.Next(12) == 0 && frame.Length < 500 ? (uint)random.Next(2, 40) : 0;
        // Two things a test-run cannot judge: tags are taken off a summed packet rightly at the ingress of a device alone, and the kernel
        // forgets the sum of what is cut short, as an answer to what does not fit is, but compares it all the same.
        bool summed = segments == 0 && random.Next(4) == 0 && frame[12] is not (0x81 or 0x88) && frame.Length < 590;
        if (site.L3.Contains(device))
        {
            // The same without what only Ethernet has. The kernel takes no frame that is shorter than its header, and sums from behind it.
            frame = damaged ? frame : (shaped with { Vlans = [] }).Build();
            frame = frame.Length < Packet.Ethernet * 2 ? frame[..Packet.Ethernet] : frame[Packet.Ethernet..];
            // Addresses may look like an EtherType there.
            frame[12] ^= (byte)(frame.Length < FrameDamage.Least(frame) ? 0x10 : 0);
            return new Arrival(hook, device, frame, segments, Claimed: hook != Hook.Lan && random.Next(60) == 0, L3: true);
        }

        return new Arrival(hook, device, frame, segments, Claimed: hook != Hook.Lan && random.Next(60) == 0, Summed: summed);
    }

    /// <summary>A tuple that somebody may report.</summary>
    internal ClvTuple Reported()
    {
        while (true)
        {
            FrameSpec spec = Stranger(leaving: true) with { Fragment = null };
            if (Packet.Read(spec.Build(), out Packet packet) is null && !packet.IsError && packet.Opens)
            {
                return packet.Tuple;
            }
        }
    }

    /// <summary>A connection that opened outside, and whose SYN was answered.</summary>
    internal (ClvTuple Answer, ClvAnswer Begun) Answered()
    {
        while (true)
        {
            FrameSpec spec = Stranger(leaving: true) with { Fragment = null };
            int[] links = [.. Enumerable.Range(0, tables.Links.Length).Where(index => tables.Links[index].Ifindex != 0)];
            int link = links[random.Next(links.Length)];
            if (spec.Protocol == Packet.Tcp && Packet.Read(spec.Build(), out Packet packet) is null)
            {
                var begun = new ClvAnswer
                {
                    Proof = (uint)random.Next(), Tick = KernelDatapath.TickBefore, Link = (byte)link, Generation = (byte)tables.Links[link].Generation,
                };
                return (packet.Tuple, begun.With(ClvAnswerFlag.Sent));
            }
        }
    }

    private (Hook Hook, FrameSpec Spec) Draw() => random.Next(_watching > 0 ? 30 : 0, 100) switch
    {
        // Where there is little room, more that asks for some.
        _ when tables.IsCrowded && random.Next(3) == 0 => (Hook.Egress, Stranger(leaving: true) with { TcpFlags = Packet.Syn }),
        < 25 => (Hook.Egress, Stranger(leaving: true)),
        < 38 => (Hook.Egress, OfSession() ?? Stranger(leaving: true)),
        < 49 => (Hook.Lan, OfSession() ?? Stranger(leaving: true)),
        < 50 => (Hook.Lan, Stranger(leaving: true)),
        < 52 => (Hook.Egress, TranslatedForm() ?? Stranger(leaving: true)),
        < 62 => (Hook.Ingress, Answer() ?? Stranger(leaving: false)),
        < 69 => (Hook.Ingress, OfBegun() ?? Stranger(leaving: false)),
        < 76 => (Hook.Egress, AnswerToBegun() ?? Stranger(leaving: true)),
        < 80 => (Hook.Ingress, Stranger(leaving: false)),
        < 90 => (Hook.Ingress, Error(TranslatedForm()) ?? Stranger(leaving: false)),
        _ => (Hook.Egress, Error(random.Next(4) == 0 ? OfBegun() : AnswerToSession()) ?? Stranger(leaving: true)),
    };

    private FrameSpec Stranger(bool leaving)
    {
        bool v6 = random.Next(2) == 0;
        IPAddress near = random.Next(6) switch
        {
            0 => IPAddress.Parse(v6 ? "fd77::7" : "192.168.7.7"),
            1 => IPAddress.Parse(v6 ? "fd77::8" : "192.168.7.8"),
            2 when random.Next(6) == 0 => IPAddress.Parse(NoHosts[v6 ? random.Next(2) : random.Next(2, NoHosts.Length)]),
            2 when v6 && random.Next(8) == 0 => IPAddress.Parse("10.9.0.1").MapToIPv6(),
            _ => TestSite.Source(random.Next(3), v6),
        };
        IPAddress far = random.Next(14) switch
        {
            0 => IPAddress.Parse(v6 ? "ff02::1" : "224.0.0.18"),
            1 => IPAddress.Parse(v6 ? "fe80::1" : "169.254.1.1"),
            2 => IPAddress.Parse(v6 ? "febf::1" : "255.255.255.255"),
            3 when !v6 && random.Next(3) == 0 => IPAddress.Parse("240.0.0.1"),
            < 8 => TestSite.NextHop(random.Next(TestSite.Links), v6),
            _ => TestSite.Server(random.Next(2), v6),
        };
        byte protocol = Protocols[random.Next(Protocols.Length)];
        if (protocol == Packet.Icmp && v6 && random.Next(20) != 0)
        {
            protocol = Packet.IcmpV6;
        }

        // Now and then an answer to what the other end asked; often from a port that the far end of a pair may have drawn.
        bool asked = random.Next(6) == 0;
        int port = asked && random.Next(2) == 0 ? 61000 : TableGenerator.Ports[random.Next(TableGenerator.Ports.Length)];
        return Plain(
            leaving ? near : far,
            leaving ? far : near,
            protocol,
            leaving != asked ? port : 443,
            leaving != asked ? 443 : port,
            answer: asked || random.Next(8) == 0);
    }

    private FrameSpec Plain(IPAddress source, IPAddress destination, byte protocol, int sourcePort, int destinationPort, bool answer)
    {
        bool v6 = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return new FrameSpec
        {
            Source = source,
            Destination = destination,
            Protocol = protocol,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Identifier = random.Next(12) == 0 ? 0 : answer ? destinationPort : sourcePort,
            Message = ((byte)((v6, answer) switch { (true, true) => 129, (true, false) => 128, (false, true) => 0, _ => 8 }), 0),
            TcpFlags = Flags[random.Next(Flags.Length)],
            Payload = new byte[random.Next(24)],
        };
    }

    /// <summary>For some packets, mostly those of the sessions of one link are drawn: something has changed there.</summary>
    internal void Watch(int link) => (_watched, _watching) = (link, 10);

    private FrameSpec? OfSession()
    {
        if (_watching > 0)
        {
            _watching--;
            ClvTuple[] bound = [.. tables.Sessions.Where(entry => entry.Value.Binding.IsPinned && entry.Value.Binding.Link == _watched).Select(static entry => entry.Key)];
            if (Pick(bound) is { } watched)
            {
                return Of(watched);
            }
        }

        return Pick(tables.Sessions.Keys) is { } key ? Of(key) : null;
    }

    private FrameSpec? AnswerToSession() => Pick(tables.Sessions.Keys) is { } key ? Of(key.Reverse(in key.Saddr, key.Sport)) : null;

    private FrameSpec? Answer() => Arriving() is { } key ? Of(key) : null;

    private FrameSpec? TranslatedForm() => Arriving() is { } key ? Of(key.Reverse(in key.Saddr, key.Sport)) : null;

    /// <summary>What arrives for some session: of a pair, by any link that has been of it.</summary>
    private ClvTuple? Arriving()
    {
        if (Pick(tables.Reverse.Keys) is not { Pair: not 0 } key)
        {
            return Pick(tables.Reverse.Keys.Where(static arriving => arriving.Pair == 0).ToArray());
        }

        ClvLink[] links = [.. tables.Links.Where(link => link.Pair == key.Pair && (key.IsV4 ? link.PeerV4 != 0 : !link.PeerV6.Equals(default)))];
        if (links.Length == 0)
        {
            return null;
        }

        ClvLink by = links[random.Next(links.Length)];
        return key with
        {
            Pair = 0,
            Saddr = key.IsV4 ? ClvAddress.FromRawV4(by.PeerV4) : by.PeerV6,
            Daddr = key.IsV4 ? ClvAddress.FromRawV4(by.SourceV4) : by.SourceV6,
        };
    }

    /// <summary>More of what began outside; often with what shows that its sender has seen the answer.</summary>
    private FrameSpec? OfBegun()
    {
        if (PickBegun() is not { } key)
        {
            return null;
        }

        FrameSpec spec = Of(key.Reverse(in key.Saddr, key.Sport));
        return tables.Begun.TryGetValue(key, out ClvAnswer begun) && random.Next(4) != 0 ? spec with { Acknowledgement = begun.Proof } : spec;
    }

    private FrameSpec? AnswerToBegun()
    {
        if (PickBegun() is not { } key)
        {
            return null;
        }

        FrameSpec spec = Of(key);
        return random.Next(3) == 0 ? spec : spec with { TcpFlags = Packet.Syn | Packet.Ack };
    }

    private ClvTuple? PickBegun() => random.Next(4) == 0 ? Pick(tables.Inbound.Keys) ?? Pick(tables.Begun.Keys) : Pick(tables.Begun.Keys);

    private FrameSpec Of(ClvTuple tuple)
    {
        (int sport, int dport) = (Bytes.Port(tuple.Sport), Bytes.Port(tuple.Dport));
        bool answer = Packet.IsIcmp(tuple.Protocol) && sport == 0;
        FrameSpec spec = Plain(tuple.Saddr.ToAddress(), tuple.Daddr.ToAddress(), tuple.Protocol, sport, dport, answer);
        // A connection that is there mostly goes on.
        return spec with { Identifier = answer ? dport : sport, TcpFlags = random.Next(3) == 0 ? spec.TcpFlags : Packet.Ack };
    }

    private FrameSpec? Error(FrameSpec? about)
    {
        if (about is null)
        {
            return null;
        }

        byte[] frame = (random.Next(4) == 0 ? Shape(about) with { Vlans = [] } : about with { Payload = new byte[8] }).Build();
        byte[] quoted = frame[Packet.Ethernet..];
        int most = random.Next(10) switch { 0 => random.Next(60), < 6 => (about.V6 ? 40 : 20) + 8, _ => 200 };
        (byte type, byte code) = about.V6 ? ((byte)random.Next(1, 5), (byte)0) : ((byte)(random.Next(4) switch { 0 => 11, 1 => 12, _ => 3 }), (byte)4);
        IPAddress router = random.Next(2) == 0 ? about.Destination : TestSite.NextHop(random.Next(TestSite.Links), about.V6);
        return new FrameSpec
        {
            Source = router,
            Destination = about.Source,
            Protocol = about.V6 ? Packet.IcmpV6 : Packet.Icmp,
            Message = (type, code),
            Quote = quoted[..Math.Min(most, quoted.Length)],
        };
    }

    private FrameSpec Shape(FrameSpec spec)
    {
        spec = spec with
        {
            SourceMac = [2, 0, 0, 0, 0, (byte)random.Next(1, 5)],
            // Now and then of many.
            DestinationMac = [(byte)(random.Next(20) == 0 ? 3 : 2), 0, 0, 0, 0, (byte)random.Next(5, 9)],
            Dscp = TableGenerator.Dscps[random.Next(TableGenerator.Dscps.Length)],
            Congestion = (byte)random.Next(4),
            Hops = (byte)(random.Next(10) == 0 ? random.Next(3) : 64),
            MayFragment = random.Next(2) == 0,
            Unsummed = random.Next(10) == 0,
            Damage = (ushort)(random.Next(10) == 0 ? random.Next(65536) : 0),
        };
        if (random.Next(6) == 0)
        {
            ushort[] tags = [.. Enumerable.Range(5, random.Next(1, 4)).Select(static tag => (ushort)tag)];
            spec = spec with { Vlans = tags };
        }

        if (random.Next(5) == 0)
        {
            spec = spec.V6
                ? spec with { Extensions = ExtensionChains[random.Next(ExtensionChains.Length)], ExtensionUnits = (byte)(random.Next(5) == 0 ? random.Next(4) : 0) }
                : spec with { Options = [.. Enumerable.Repeat((byte)1, 4 * random.Next(1, 11))] };
        }

        if (spec.Protocol == Packet.Tcp && (spec.TcpFlags & Packet.Syn) != 0 && random.Next(2) == 0)
        {
            spec = spec with { TcpOptions = TcpOptions() };
        }

        if (random.Next(7) == 0)
        {
            // Around what each device carries, and once a moment far above.
            int mtu = site.Mtus[site.Indices[random.Next(TestSite.Devices)]];
            int payload = random.Next(6) == 0 ? 2000 : mtu - (spec.V6 ? 40 : 20) - (spec.Protocol == Packet.Tcp ? 20 : 8) + random.Next(-6, 7);
            spec = spec with { Payload = [.. Enumerable.Range(0, payload).Select(static i => (byte)i)] };
        }

        return random.Next(9) == 0 ? Part(spec) : spec;
    }

    // Few identifications, so that later fragments find their first.
    private FrameSpec Part(FrameSpec spec)
    {
        int start = random.Next(2) == 0 ? 0 : 8 * random.Next(1, 4);
        byte[] payload = spec.Payload.Length < 40 ? new byte[64] : spec.Payload;
        return spec with { Payload = payload, Fragment = (start, 8 * random.Next(1, 6), random.Next(3) != 0 || start == 0, (ushort)random.Next(4)) };
    }

    private byte[] TcpOptions()
    {
        byte[] size = [2, 4, (byte)random.Next(10), (byte)random.Next(256)];
        return random.Next(6) switch
        {
            0 => [1, .. size, 1, 1, 1],
            1 => [1, 1, .. size, 4, 2],
            2 => [3, 3, 7, .. size, 0],
            3 => [0, 0, 0, 0, .. size],
            4 => [8, 0, 1, 1, .. size],
            _ => [.. size, 4, 2, 8, 10, .. new byte[8]],
        };
    }

    private ClvTuple? Pick(ICollection<ClvTuple> keys) => keys.Count == 0 ? null : keys.ElementAt(random.Next(keys.Count));
}
