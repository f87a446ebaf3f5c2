using System.Diagnostics;
using System.Net;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Packets;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Matrix;

/// <summary>One cell: what was sent, what became of it, and whether that is right.</summary>
internal sealed record Cell(string Family, string Protocol, string Shape, string Direction, string Became, string? Fault);

/// <summary>
/// Every kind of packet in every shape through real devices, out and back. Right is: the bytes that the model says, on the device that it says, once, with checksums
/// that the receiver sums from nothing; or, where it is dropped, the reason that the model says, counted.
/// </summary>
internal sealed class PacketMatrix(MatrixSite site)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly byte[] NodeMac = [2, 0, 0, 0, 0, 1];
    private static readonly byte[] RouterMac = [2, 0, 0, 0, 0, 2];
    private int _number;

    internal List<Cell> Cells { get; } = [];

    internal void Run()
    {
        foreach (bool v6 in new[] { false, true })
        {
            foreach ((string name, byte protocol) in new[]
                {
                    ("TCP", Packet.Tcp), ("UDP", Packet.Udp), ("ICMP echo", v6 ? Packet.IcmpV6 : Packet.Icmp), ("UDP-Lite", Packet.UdpLite), ("GRE", (byte)47), ("AH", Packet.Authentication),
                })
            {
                RunKind(v6, name, protocol);
            }
        }
    }

    private void RunKind(bool v6, string name, byte protocol)
    {
        Both(v6, name, "plain", Make(v6, protocol));
        Both(v6, name, v6 ? "extension headers" : "IPv4 options", Make(v6, protocol) with { Options = v6 ? [] : new byte[8].Select(static _ => (byte)1).ToArray(), Extensions = v6 ? [0, 43, 60] : [] });
        Both(v6, name, "one VLAN tag", Make(v6, protocol) with { Vlans = [5] });
        Both(v6, name, "two VLAN tags", Make(v6, protocol) with { Vlans = [5, 6] });
        int headers = (v6 ? 40 : 20) + protocol switch { Packet.Tcp => 20, 47 or Packet.Authentication => 0, _ => 8 };
        Out(v6, name, "largest that fits", Make(v6, protocol) with { TcpOptions = [], Payload = new byte[MatrixSite.Mtu - headers] });
        Out(v6, name, "one byte too large", Make(v6, protocol) with { TcpOptions = [], Payload = new byte[MatrixSite.Mtu - headers + 1] });
        if (!v6)
        {
            Out(v6, name, "too large, may be fragmented", Make(v6, protocol) with { TcpOptions = [], Payload = new byte[MatrixSite.Mtu - headers + 1], MayFragment = true });
        }

        Fragments(v6, name, Make(v6, protocol) with { Payload = [.. Enumerable.Range(0, 64).Select(static i => (byte)i)], TcpFlags = Packet.Syn });
        if (protocol is Packet.Tcp or Packet.Udp)
        {
            Out(v6, name, "checksum left to the device", Make(v6, protocol), unfinished: true);
            FrameSpec opened = Make(v6, protocol) with { TcpOptions = [] };
            Out(v6, name, "opens, for GSO", opened);
            Out(v6, name, "GSO, 20 segments", opened with { TcpFlags = Packet.Ack, Payload = [.. Enumerable.Range(0, 24_000).Select(static i => (byte)i)] }, unfinished: true, segment: 1200);
        }
    }

    private FrameSpec Make(bool v6, byte protocol)
    {
        int number = ++_number;
        return new FrameSpec
        {
            Source = IPAddress.Parse(v6 ? $"fd77::{number}" : $"192.168.77.{number}"),
            Destination = IPAddress.Parse(v6 ? $"fd00::{number}" : $"203.0.113.{number}"),
            Protocol = protocol,
            SourcePort = 40_000,
            DestinationPort = 443,
            Identifier = 77,
            Message = ((byte)(v6 ? 128 : 8), 0),
            TcpFlags = Packet.Syn,
            TcpOptions = protocol == Packet.Tcp ? [2, 4, 0x22, 0] : [],
            Payload = [1, 2, 3, 4, 5, 6, 7, 8],
            Dscp = MatrixSite.Tag,
            SourceMac = NodeMac,
            DestinationMac = RouterMac,
        };
    }

    /// <summary>Out, the answer back, and an ICMP error about either.</summary>
    private void Both(bool v6, string name, string shape, FrameSpec spec)
    {
        if (Out(v6, name, shape, spec) is not { } left)
        {
            return;
        }

        Packet.Read(left, out Packet packet);
        FrameSpec answer = spec with
        {
            Source = packet.Tuple.Daddr.ToAddress(),
            Destination = packet.Tuple.Saddr.ToAddress(),
            SourcePort = Bytes.Port(packet.Tuple.Dport),
            DestinationPort = Bytes.Port(packet.Tuple.Sport),
            Identifier = Bytes.Port(packet.Tuple.Sport),
            Message = ((byte)(v6 ? 129 : 0), 0),
            TcpFlags = Packet.Syn | Packet.Ack,
            SourceMac = [2, 0, 0, 0, 1, 2],
            DestinationMac = [2, 0, 0, 0, 1, 1],
        };
        Pass(v6, name, shape, "back", Hook.Ingress, answer.Build());
        byte[] untagged = (spec with { Vlans = [] }).Build();
        FrameSpec about = answer with
        {
            Vlans = [], Options = [], Extensions = [], Protocol = v6 ? Packet.IcmpV6 : Packet.Icmp, Message = ((byte)(v6 ? 1 : 3), (byte)(v6 ? 4 : 3)), Identifier = 0, Payload = [], TcpOptions = [],
            Source = IPAddress.Parse(v6 ? "fd00:9::9" : "198.51.100.9"), Quote = left[Packet.Ethernet..],
        };
        Pass(v6, name, shape, "ICMP error back", Hook.Ingress, about.Build());
        Packet.Read(untagged, out Packet own);
        byte[] arrived = (answer with { Destination = own.Tuple.Saddr.ToAddress(), DestinationPort = spec.SourcePort, Identifier = spec.Identifier, Vlans = [] }).Build();
        FrameSpec complaint = about with { Source = spec.Source, Destination = spec.Destination, Quote = arrived[Packet.Ethernet..], SourceMac = NodeMac, DestinationMac = RouterMac };
        Pass(v6, name, shape, "ICMP error out", Hook.Egress, complaint.Build());
    }

    private byte[]? Out(bool v6, string name, string shape, FrameSpec spec, bool unfinished = false, int segment = 0) =>
        Pass(v6, name, shape, "out", Hook.Egress, spec.Build(), unfinished, segment);

    private void Fragments(bool v6, string name, FrameSpec spec)
    {
        const int First = 48;
        byte[] one = (spec with { Fragment = (0, First, true, 99) }).Build();
        byte[] two = (spec with { Fragment = (First, 1000, false, 99) }).Build();
        byte[]? first = Pass(v6, name, "fragments", "out", Hook.Egress, one);
        byte[]? last = Pass(v6, name, "fragments", "out, the last", Hook.Egress, two);
        if (first is not null && last is not null && ReceiverCheck.Fault(ReceiverCheck.Whole(first, last)) is { } fault)
        {
            Cells[^1] = Cells[^1] with { Fault = "put together: " + fault };
        }
    }

    /// <summary>Sends one frame and waits for what the model says; gives the frame as it left by the link.</summary>
    private byte[]? Pass(bool v6, string name, string shape, string direction, Hook hook, byte[] frame, bool unfinished = false, int segment = 0)
    {
        Drain();
        Tables tables = site.Read();
        uint segments = segment == 0 ? 0u : 20u;
        if (segment > 0)
        {
            // The kernel looks at segments, not at the whole.
            tables.Mtus[site.LinkDevice] = 70_000;
        }

        Outcome wanted = DatapathModel.Decide(tables, new Arrival(hook, hook == Hook.Egress ? site.HomeDevice : site.LinkDevice, frame, segments));
        IReadOnlyDictionary<DatapathReason, long> before = site.Counters();
        (hook == Hook.Egress ? site.EdgeOut : site.FarLink).Send(frame, unfinished, segment);
        PacketSocket? at = (wanted.Code, hook, wanted.To?.Arrives) switch
        {
            (Outcome.Shot, _, _) => null,
            (Outcome.Next, Hook.Egress, _) => site.FarHome,
            (Outcome.Next, _, _) => null,
            (_, Hook.Egress, false) => site.FarLink,
            _ => site.EdgeOut,
        };
        (byte[]? got, string? fault) = at is null ? (null, null) : Await(at, at == site.FarHome ? AsReceived(wanted.Frame) : wanted.Frame, hook == Hook.Egress && wanted.To is { Arrives: false } ? 12 : 0);
        long counted = site.Counters()[wanted.Reason] - before[wanted.Reason];
        fault ??= counted > 0 ? null : $"{wanted.Reason} is not counted";
        fault ??= got is null ? null : ReceiverCheck.Fault(got);
        string became = wanted.Code switch
        {
            Outcome.Shot => $"dropped, counted as {wanted.Reason}",
            Outcome.Next => $"handed on ({wanted.Reason})",
            _ when wanted.Reason == DatapathReason.OutTooBig => "answered with what fits",
            _ => "translated",
        };
        Cells.Add(new Cell(v6 ? "IPv6" : "IPv4", name, shape, direction, became, fault));
        return fault is null && wanted.Reason == DatapathReason.OutRedirected ? got : null;
    }

    private static (byte[]? Frame, string? Fault) Await(PacketSocket socket, byte[] wanted, int from)
    {
        var watch = Stopwatch.StartNew();
        List<string> others = [];
        while (watch.Elapsed < Patience)
        {
            if (socket.Receive() is not { } frame)
            {
                Thread.Sleep(1);
                continue;
            }

            if (frame.AsSpan(from).SequenceEqual(wanted.AsSpan(from)))
            {
                return (frame, Again(socket, frame, from) ? "it arrived twice" : null);
            }

            if (frame.Length == wanted.Length)
            {
                others.Add(Convert.ToHexStringLower(frame));
            }
        }

        return (null, others.Count == 0 ? "nothing arrived: a silent drop" : $"arrived as {string.Join(", ", others)}, wanted {Convert.ToHexStringLower(wanted)}");
    }

    // The kernel takes the outer tag of what arrives off the frame, and keeps it beside.
    private static byte[] AsReceived(byte[] frame) => Bytes.Number(frame, 12) is 0x8100 or 0x88a8 ? [.. frame[..12], .. frame[16..]] : frame;

    private static bool Again(PacketSocket socket, byte[] frame, int from)
    {
        Thread.Sleep(2);
        while (socket.Receive() is { } next)
        {
            if (next.AsSpan(from).SequenceEqual(frame.AsSpan(from)))
            {
                return true;
            }
        }

        return false;
    }

    private void Drain()
    {
        foreach (PacketSocket socket in new[] { site.EdgeOut, site.FarHome, site.FarLink })
        {
            while (socket.Receive() is not null)
            {
                // What the stacks say by themselves.
            }
        }
    }
}
