using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: those that are more than a header and a port.</summary>
public sealed class ProgramShapeTests : ProgramTestBase
{
    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Authentication = 51;
    private const byte DestinationOptions = 60;

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Translates_past_options_and_extension_headers(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(tcp, source, destination), 0);
        byte[] Shaped(byte[] frame) => v6
            ? FrameShapes.WithExtensions(frame, HopByHop, Routing, DestinationOptions)
            : FrameShapes.WithOptions(frame, 40);

        Outcome left = Run(datapath, datapath.Maps.Egress, Shaped(Frame(tcp, source, destination, FrameBuilder.Syn)), 0);

        Assert.Equal((Redirect, DatapathReason.OutRedirected), (left.Code, left.Reason));
        Assert.True(FrameShapes.HasRightHeader(left.Frame));
        byte[] plain = FrameShapes.Plain(left.Frame);
        Assert.Equal((WanLab.LinkSource(1, v6), destination), (FrameBuilder.SourceOf(plain), FrameBuilder.DestinationEnd(plain)));
        Assert.True(FrameBuilder.HasRightChecksums(plain));

        byte[] reply = Shaped(Frame(tcp, destination, FrameBuilder.SourceEnd(plain), FrameBuilder.Syn | FrameBuilder.Ack));
        Outcome back = Run(datapath, datapath.Maps.Ingress, reply, 1);
        Assert.Equal(DatapathReason.InReturned, back.Reason);
        Assert.True(FrameShapes.HasRightHeader(back.Frame));
        Assert.Equal(source, FrameBuilder.DestinationEnd(FrameShapes.Plain(back.Frame)));
        Assert.True(FrameBuilder.HasRightChecksums(FrameShapes.Plain(back.Frame)));
    }

    [KernelFact]
    public void Passes_on_extension_headers_that_it_must_not_or_cannot_follow()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: true);
        datapath.Admit(Session(false, source, destination), 0);
        byte[] udp = FrameBuilder.UdpFrame(source, destination);
        byte[] signed = FrameShapes.WithExtensions(udp, Authentication);
        byte[] redirecting = FrameShapes.WithExtensions(udp, Routing);
        redirecting[54 + 3] = 1;
        byte[] endless = FrameShapes.WithExtensions(udp, [.. Enumerable.Repeat(DestinationOptions, 7)]);
        byte[] most = FrameShapes.WithExtensions(udp, [.. Enumerable.Repeat(DestinationOptions, 6)]);
        byte[] cut = FrameShapes.WithExtensions(udp, DestinationOptions)[..58];

        Passes(datapath, datapath.Maps.Egress, signed, DatapathReason.Headers);
        Passes(datapath, datapath.Maps.Egress, redirecting, DatapathReason.Headers);
        Passes(datapath, datapath.Maps.Egress, endless, DatapathReason.Headers);
        Passes(datapath, datapath.Maps.Egress, cut, DatapathReason.Truncated);
        Assert.Equal(DatapathReason.OutRedirected, Run(datapath, datapath.Maps.Egress, most, 0).Reason);
    }

    [KernelTheory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    public void Takes_the_tags_off_a_packet_that_moves_to_another_device(bool v6, int tags)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] plain = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);

        Outcome left = Run(datapath, datapath.Maps.Egress, FrameShapes.WithVlans(plain, [.. Enumerable.Range(5, tags)]), 0);

        Assert.Equal((Redirect, DatapathReason.OutRedirected), (left.Code, left.Reason));
        Assert.Equal(plain.Length, left.Frame.Length);
        Assert.Equal(new IPEndPoint(WanLab.LinkSource(1, v6), source.Port), FrameBuilder.SourceEnd(left.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame));
    }

    [KernelFact]
    public void Leaves_the_tag_on_a_packet_that_stays_on_its_device_and_passes_on_too_many()
    {
        BpfWanDatapath datapath = Lab.Start();
        Lab.Apply(datapath, Lab.Plan(), WanLab.AllSlots(0));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] plain = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);

        Passes(datapath, datapath.Maps.Egress, FrameShapes.WithVlans(plain, 7), DatapathReason.OutHome);
        Passes(datapath, datapath.Maps.Egress, FrameShapes.WithVlans(plain, 7, 8, 9), DatapathReason.Vlan);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sends_all_fragments_by_the_link_of_the_first_both_ways(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(false, source, destination), 0);
        var translated = new IPEndPoint(WanLab.LinkSource(1, v6), source.Port);

        byte[] Through(BpfProgram program, byte[] whole, int link, DatapathReason reason)
        {
            byte[][] fragments = FrameShapes.Fragments(whole, 24);
            Passes(datapath, program, fragments[1], DatapathReason.Fragment);
            Outcome first = Run(datapath, program, fragments[0], link);
            Outcome later = Run(datapath, program, fragments[1], link);
            Assert.Equal((reason, reason), (first.Reason, later.Reason));
            Assert.True(FrameShapes.HasRightHeader(first.Frame) && FrameShapes.HasRightHeader(later.Frame));
            byte[] made = FrameShapes.Reassemble(first.Frame, later.Frame);
            Assert.True(FrameBuilder.HasRightChecksums(made));
            return made;
        }

        byte[] whole = FrameBuilder.UdpFrame(source, destination, payload: 64);
        int inFragments = FrameShapes.Fragments(whole, 24).Sum(fragment => fragment.Length - 14);
        byte[] left = Through(datapath.Maps.Egress, whole, 0, DatapathReason.OutRedirected);
        byte[] back = Through(datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, translated, payload: 64), 1, DatapathReason.InReturned);

        Assert.Equal(translated, FrameBuilder.SourceEnd(left));
        Assert.Equal(source, FrameBuilder.DestinationEnd(back));
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal((inFragments, inFragments), (session.BytesOut, session.BytesIn));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Carries_an_echo_as_a_session_with_its_identifier(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint first, IPEndPoint server) = Ends(v6, 77);
        var second = new IPEndPoint(IPAddress.Parse(v6 ? "fd77::7" : "192.168.7.7"), 77);

        Outcome left = Run(datapath, datapath.Maps.Egress, FrameBuilder.Echo(first, server.Address, reply: false, Tag), 0);
        Outcome other = Run(datapath, datapath.Maps.Egress, FrameBuilder.Echo(second, server.Address, reply: false, Tag), 0);

        Assert.Equal((Redirect, DatapathReason.OutRedirected), (left.Code, left.Reason));
        Assert.Equal(WanLab.LinkSource(1, v6), FrameBuilder.SourceOf(left.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame) && FrameBuilder.HasRightChecksums(other.Frame));
        int id = FrameBuilder.TransportOffset(other.Frame) + 4;
        ushort moved = BinaryPrimitives.ReadUInt16BigEndian(other.Frame.AsSpan(id));
        Assert.InRange(moved, 61000, 65535);

        byte[] answer = FrameBuilder.Echo(new IPEndPoint(server.Address, moved), WanLab.LinkSource(1, v6), reply: true);
        Outcome back = Run(datapath, datapath.Maps.Ingress, answer, 1);
        Assert.Equal(DatapathReason.InReturned, back.Reason);
        Assert.Equal((second.Address, 77), (FrameBuilder.DestinationOf(back.Frame), BinaryPrimitives.ReadUInt16BigEndian(back.Frame.AsSpan(id))));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame));
        // The answer to a stranger's echo is of no session of ours.
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.Echo(first, server.Address, reply: true, Tag), DatapathReason.OutTagLate);
    }

    [KernelTheory]
    [InlineData(false, 47)]
    [InlineData(true, 47)]
    [InlineData(false, 50)]
    [InlineData(true, 132)]
    public void Carries_other_protocols_by_their_addresses(bool v6, byte protocol)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint server) = Ends(v6, 0);
        server.Port = 0;
        byte[] content = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        datapath.Admit(new SessionTuple((ProtocolType)protocol, source, server), 0);

        Outcome left = Run(datapath, datapath.Maps.Egress, FrameBuilder.Raw(source.Address, server.Address, protocol, content), 0);
        byte[] reply = FrameBuilder.Raw(server.Address, WanLab.LinkSource(1, v6), protocol, content);
        Outcome back = Run(datapath, datapath.Maps.Ingress, reply, 1);

        Assert.Equal((DatapathReason.OutRedirected, DatapathReason.InReturned), (left.Reason, back.Reason));
        Assert.Equal((WanLab.LinkSource(1, v6), source.Address), (FrameBuilder.SourceOf(left.Frame), FrameBuilder.DestinationOf(back.Frame)));
        Assert.True(FrameShapes.HasRightHeader(left.Frame) && FrameShapes.HasRightHeader(back.Frame));
        Assert.Equal(content, left.Frame[FrameBuilder.TransportOffset(left.Frame)..]);
        Assert.Equal((ProtocolType)protocol, Assert.Single(datapath.Sessions()).Tuple.Protocol);
        // A second host behind the same address: no port tells them apart.
        var second = new IPEndPoint(IPAddress.Parse(v6 ? "fd77::7" : "192.168.7.7"), 0);
        datapath.Admit(new SessionTuple((ProtocolType)protocol, second, server), 0);
        byte[] taken = FrameBuilder.Raw(second.Address, server.Address, protocol, content);
        Assert.Equal(DatapathReason.OutNoPort, Run(datapath, datapath.Maps.Egress, taken, 0).Reason);
    }

    [KernelTheory]
    [InlineData("224.0.0.18")]
    [InlineData("255.255.255.255")]
    [InlineData("169.254.1.1")]
    [InlineData("ff02::1")]
    [InlineData("fe80::1")]
    public void Makes_no_session_of_a_tag_to_where_no_link_leads(string destination)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        var to = new IPEndPoint(IPAddress.Parse(destination), 443);
        (IPEndPoint source, _) = Ends(to.AddressFamily == AddressFamily.InterNetworkV6);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, to, Tag), DatapathReason.OutTagLocal);
        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Sends_an_icmp_error_about_an_arrived_packet_by_its_session(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint server) = Ends(v6);
        datapath.Admit(Session(tcp, source, server), 0);
        Run(datapath, datapath.Maps.Egress, Frame(tcp, source, server, FrameBuilder.Syn), 0);
        byte[] arrived = Frame(tcp, server, source, FrameBuilder.Ack);
        byte[] error = FrameBuilder.IcmpError(source.Address, arrived, v6 ? (byte)1 : (byte)3, v6 ? (byte)4 : (byte)3);

        Outcome left = Run(datapath, datapath.Maps.Egress, error, 0);

        Assert.Equal((Redirect, DatapathReason.OutIcmpError), (left.Code, left.Reason));
        Assert.Equal((WanLab.LinkSource(1, v6), server.Address), (FrameBuilder.SourceOf(left.Frame), FrameBuilder.DestinationOf(left.Frame)));
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame));
        byte[] quote = [.. left.Frame[..14], .. left.Frame[(FrameBuilder.TransportOffset(left.Frame) + 8)..]];
        Assert.Equal((server, new IPEndPoint(WanLab.LinkSource(1, v6), source.Port)), (FrameBuilder.SourceEnd(quote), FrameBuilder.DestinationEnd(quote)));
    }

    [KernelTheory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public void Lowers_the_segment_size_to_what_the_link_carries_both_ways(bool v6, int nothings)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        Lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (IPEndPoint source, IPEndPoint server) = Ends(v6);
        datapath.Admit(Session(true, source, server), 0);
        int fits = 1300 - (v6 ? 60 : 40);

        ushort Size(byte[] frame)
        {
            Assert.True(FrameBuilder.HasRightChecksums(frame));
            return BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(FrameBuilder.TransportOffset(frame) + 20 + nothings + 2));
        }

        byte[] syn = FrameBuilder.TcpOpening(source, server, FrameBuilder.Syn, 1460, nothings);
        byte[] left = Run(datapath, datapath.Maps.Egress, syn, 0).Frame;
        byte[] answer = FrameBuilder.TcpOpening(server, FrameBuilder.SourceEnd(left), FrameBuilder.Syn | FrameBuilder.Ack, 8960, nothings);
        byte[] back = Run(datapath, datapath.Maps.Ingress, answer, 1).Frame;
        byte[] small = FrameBuilder.TcpOpening(source, server, FrameBuilder.Syn, 600, nothings);

        Assert.Equal((fits, fits), (Size(left), Size(back)));
        Assert.Equal(600, Size(Run(datapath, datapath.Maps.Egress, small, 0).Frame));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quotes_the_whole_header_of_a_packet_that_does_not_fit(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        Lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (IPEndPoint source, IPEndPoint server) = Ends(v6);
        datapath.Admit(Session(true, source, server), 0);
        byte[] large = FrameBuilder.TcpFrame(source, server, FrameBuilder.Ack, payload: 1400);
        large = v6 ? FrameShapes.WithExtensions(large, DestinationOptions) : FrameShapes.WithOptions(large);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, server, FrameBuilder.Syn), 0);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, large, 0);

        Assert.Equal(DatapathReason.OutTooBig, outcome.Reason);
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
        int quoted = FrameBuilder.TransportOffset(outcome.Frame) + 8;
        Assert.Equal(large[14..((v6 ? 62 : 42) + 8)], outcome.Frame[quoted..]);
    }
}
