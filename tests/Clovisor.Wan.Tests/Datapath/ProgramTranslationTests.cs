using System.Buffers.Binary;
using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: addresses, ports and checksums, each computed anew by the test.</summary>
public sealed class ProgramTranslationTests : ProgramTestBase
{
    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Translates_a_session_to_its_links_address_and_replies_back(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        var translated = new IPEndPoint(WanLab.LinkSource(1, v6), source.Port);
        datapath.Admit(Session(tcp, source, destination), 0);

        Outcome left = Run(datapath, datapath.Maps.Egress, Frame(tcp, source, destination, FrameBuilder.Syn), 0);

        Assert.Equal((Redirect, DatapathReason.OutRedirected), (left.Code, left.Reason));
        Assert.Equal(translated, FrameBuilder.SourceEnd(left.Frame));
        Assert.Equal(destination, FrameBuilder.DestinationEnd(left.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame));

        Outcome back = Run(datapath, datapath.Maps.Ingress, Frame(tcp, destination, translated, FrameBuilder.Syn | FrameBuilder.Ack), 1);

        Assert.Equal((Redirect, DatapathReason.InReturned), (back.Code, back.Reason));
        Assert.Equal(source, FrameBuilder.DestinationEnd(back.Frame));
        Assert.Equal(destination, FrameBuilder.SourceEnd(back.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame));
        // What the frame that left came from: the home device's own address.
        Assert.Equal(FrameBuilder.EdgeMac, back.Frame[..6]);
    }

    [KernelFact]
    public void Keeps_a_udp_checksum_that_says_there_is_none()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);

        Outcome left = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, noChecksum: true), 0);

        Assert.Equal(WanLab.LinkSource(1, false), FrameBuilder.SourceOf(left.Frame));
        Assert.Equal([0, 0], left.Frame[40..42]);
    }

    [KernelFact]
    public void Never_makes_a_udp_checksum_say_that_there_is_none()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        byte[] wanted = FrameBuilder.UdpFrame(new IPEndPoint(WanLab.LinkSource(1, false), source.Port), destination);
        byte[] frame = FrameBuilder.UdpFrame(source, destination);
        // Payload chosen so that the sum after translation is zero, which must be sent as all ones.
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(42), BinaryPrimitives.ReadUInt16BigEndian(wanted.AsSpan(40)));
        byte[] payload = frame[42..];
        frame = WithPayload(source, destination, payload);

        Outcome left = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal([0xff, 0xff], left.Frame[40..42]);
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame));
    }

    [KernelFact]
    public void Takes_another_port_when_the_sessions_own_is_taken()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint first, IPEndPoint destination) = Ends(v6: false);
        var second = new IPEndPoint(IPAddress.Parse("192.168.7.7"), first.Port);
        datapath.Admit(Session(false, first, destination), 0);
        datapath.Admit(Session(false, second, destination), 0);

        Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(first, destination), 0);
        Outcome left = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(second, destination), 0);

        IPEndPoint translated = FrameBuilder.SourceEnd(left.Frame);
        Assert.Equal(WanLab.LinkSource(1, false), translated.Address);
        Assert.InRange(translated.Port, 61000, 65535);
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame));
        Outcome back = Run(datapath, datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, translated), 1);
        Assert.Equal(second, FrameBuilder.DestinationEnd(back.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame));
    }

    [KernelFact]
    public void Drops_a_session_for_which_no_port_is_free()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { MaxSessions = 1 });
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        Fill(port =>
        {
            (IPEndPoint other, IPEndPoint server) = Ends(v6: false, port);
            var arriving = ClvTuple.From(Session(false, server, other));
            datapath.Maps.Reverse.TryAdd(in arriving, default);
        });

        Outcome outcome = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination), 0);

        Assert.Equal((Shot, DatapathReason.OutNoPort), (outcome.Code, outcome.Reason));
    }

    [KernelFact]
    public void Passes_on_a_reply_to_a_session_that_is_gone()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        var arriving = ClvTuple.From(Session(false, destination, source));
        datapath.Maps.Reverse.TryAdd(in arriving, new ClvOrigin { Addr = ClvAddress.From(source.Address), Port = arriving.Dport });

        Passes(datapath, datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, source), DatapathReason.InStale);

        datapath.Sweep();
        Assert.Equal(0, datapath.Maps.Reverse.CountEntries());
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Gives_an_icmp_error_the_session_that_it_is_about(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(tcp, source, destination), 0);
        byte[] left = Run(datapath, datapath.Maps.Egress, Frame(tcp, source, destination, FrameBuilder.Syn), 0).Frame;
        byte[] error = FrameBuilder.IcmpError(
            IPAddress.Parse(v6 ? "fd09:1::2" : "10.9.1.2"), left, v6 ? (byte)2 : (byte)3, v6 ? (byte)0 : (byte)4, 1300);

        Outcome back = Run(datapath, datapath.Maps.Ingress, error, 1);

        Assert.Equal((Redirect, DatapathReason.InIcmpError), (back.Code, back.Reason));
        Assert.Equal(source.Address, FrameBuilder.DestinationOf(back.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame));
        byte[] quote = [.. back.Frame[..14], .. back.Frame[(FrameBuilder.TransportOffset(back.Frame) + 8)..]];
        Assert.Equal((source, destination), (FrameBuilder.SourceEnd(quote), FrameBuilder.DestinationEnd(quote)));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_a_packet_that_does_not_fit_with_how_much_does(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        Lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] large = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, payload: 1400);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, large, 0);

        Assert.Equal((Redirect, DatapathReason.OutTooBig), (outcome.Code, outcome.Reason));
        Assert.Equal(destination.Address, FrameBuilder.SourceOf(outcome.Frame));
        Assert.Equal(source.Address, FrameBuilder.DestinationOf(outcome.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
        int icmp = FrameBuilder.TransportOffset(outcome.Frame);
        Assert.Equal(v6 ? [2, 0] : [3, 4], outcome.Frame[icmp..(icmp + 2)]);
        Assert.Equal(1300u, BinaryPrimitives.ReadUInt32BigEndian(outcome.Frame.AsSpan(icmp + 4)));
        Assert.Equal(large[14..(FrameBuilder.TransportOffset(large) + 8)], outcome.Frame[(icmp + 8)..]);
        Assert.Equal([.. FrameBuilder.EdgeMac, .. FrameBuilder.RouterMac], outcome.Frame[..12]);
    }

    [KernelFact]
    public void Drops_a_packet_that_does_not_fit_when_its_sender_would_not_listen()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        Lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        byte[] frame = FrameBuilder.UdpFrame(source, destination, payload: 1400);
        frame[20] = 0;

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal((Shot, DatapathReason.OutMtuDropped), (outcome.Code, outcome.Reason));
    }
}
