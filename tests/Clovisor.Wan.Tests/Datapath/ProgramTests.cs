using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: every reason is provoked, and what was made of the packet is read back.</summary>
public sealed class ProgramTests : IDisposable
{
    private const int Next = -1;
    private const int Shot = 2;
    private const int Redirect = 7;
    private const byte Tag = 46;

    // Neither can be provoked: they count failures of the kernel's own helpers.
    private static readonly DatapathReason[] NotProvoked = [DatapathReason.OutFailed, DatapathReason.InFailed];

    private readonly WanLab _lab = new();

    public ProgramTests()
    {
        // So that no packets but the tests' own are counted.
        _lab.Edge.Ip("link", "set", WanLab.Device(0), "down");
        _lab.Edge.Ip("link", "set", WanLab.Device(1), "down");
    }

    public void Dispose() => _lab.Dispose();

    public static TheoryData<bool, bool> Kinds() => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Fact]
    public void Every_reason_has_a_test_here_that_provokes_it()
    {
        string source = File.ReadAllText(SourcePath());

        Assert.All(
            Enum.GetValues<DatapathReason>().Except(NotProvoked),
            reason => Assert.Contains($"DatapathReason.{reason}", source, StringComparison.Ordinal));
    }

    [KernelFact]
    public void Passes_on_what_is_not_plain_tcp_or_udp_over_ip()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        (IPEndPoint source6, IPEndPoint destination6) = Ends(v6: true);
        byte[] udp = FrameBuilder.UdpFrame(source, destination, Tag);
        byte[] arp = [.. FrameBuilder.RouterMac, .. FrameBuilder.EdgeMac, 0x08, 0x06, .. new byte[28]];
        byte[] vlan = [.. udp[..12], 0x81, 0x00, 0x00, 0x05, .. udp[12..]];
        byte[] options = [.. udp];
        options[14] = 0x46;
        byte[] fragment = [.. udp];
        fragment[20] = 0x20;
        byte[] hopByHop = FrameBuilder.UdpFrame(source6, destination6, Tag);
        hopByHop[20] = 0;
        byte[] fragment6 = FrameBuilder.UdpFrame(source6, destination6, Tag);
        fragment6[20] = 44;
        byte[] echo = FrameBuilder.Raw(source.Address, destination.Address, 1, [8, 0, 0, 0, 0, 1, 0, 1]);
        byte[] cut = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn)[..40];

        foreach (BpfProgram program in new[] { datapath.Maps.Egress, datapath.Maps.Ingress })
        {
            Passes(datapath, program, arp, DatapathReason.NotIp);
            Passes(datapath, program, vlan, DatapathReason.Vlan);
            Passes(datapath, program, options, DatapathReason.Headers);
            Passes(datapath, program, hopByHop, DatapathReason.Headers);
            Passes(datapath, program, fragment, DatapathReason.Fragment);
            Passes(datapath, program, fragment6, DatapathReason.Fragment);
            Passes(datapath, program, echo, DatapathReason.Protocol);
            Passes(datapath, program, cut, DatapathReason.Truncated);
        }

        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Translates_a_session_to_its_links_address_and_replies_back(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
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
        BpfWanDatapath datapath = _lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);

        Outcome left = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, noChecksum: true), 0);

        Assert.Equal(WanLab.LinkSource(1, false), FrameBuilder.SourceOf(left.Frame));
        Assert.Equal([0, 0], left.Frame[40..42]);
    }

    [KernelFact]
    public void Never_makes_a_udp_checksum_say_that_there_is_none()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
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
    public void Passes_on_a_packet_without_session_or_tag()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination), DatapathReason.OutNoSession);
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag - 1), DatapathReason.OutNoSession);
        Passes(datapath, datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, source), DatapathReason.InNoSession);
    }

    [KernelFact]
    public void Passes_on_what_the_program_of_another_device_sent()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        byte[] frame = FrameBuilder.UdpFrame(source, destination, Tag);
        var context = new BpfSkbContext { InterfaceIndex = (uint)_lab.Edge.IndexOf("wan1") };
        context.Control[0] = 0xc1071501;
        context.Control[1] = 0x0a0d1e55;

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, context);

        Assert.Equal((Next, DatapathReason.OutClaimed), (outcome.Code, outcome.Reason));
        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Makes_a_session_of_a_tagged_packet_in_the_slot_that_user_space_computes(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        for (int port = 20000; port < 20032; port++)
        {
            (IPEndPoint source, IPEndPoint destination) = Ends(v6, port);

            Outcome left = Run(datapath, datapath.Maps.Egress, Frame(tcp, source, destination, FrameBuilder.Syn, Tag), 0);

            Assert.Equal(DatapathReason.OutRedirected, left.Reason);
            var key = ClvTuple.From(Session(tcp, source, destination));
            Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession session));
            Assert.Equal(key.Slot, session.Slot);
        }

        Assert.Equal(32, datapath.Sessions().Count);
    }

    [KernelFact]
    public void Does_not_follow_a_tagged_connection_that_was_open_before()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, Tag), DatapathReason.OutTagLate);

        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Does_not_translate_a_tagged_packet_twice()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        byte[] translated = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag), 0).Frame;

        Passes(datapath, datapath.Maps.Egress, translated, DatapathReason.OutTagRepeated);

        Assert.Single(datapath.Sessions());
    }

    [KernelFact]
    public void Passes_on_a_tagged_packet_when_the_table_is_full()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { MaxSessions = 1 }, _lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        Fill(port =>
        {
            (IPEndPoint other, IPEndPoint server) = Ends(v6: false, port);
            datapath.Admit(Session(false, other, server), 0);
        });

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag), DatapathReason.OutTableFull);
    }

    [KernelFact]
    public void Passes_on_a_session_whose_link_is_the_device()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(), WanLab.AllSlots(0));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), DatapathReason.OutHome);
        Passes(datapath, datapath.Maps.Ingress, FrameBuilder.TcpFrame(destination, source, FrameBuilder.Syn | FrameBuilder.Ack), DatapathReason.InHome);

        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal((1, 1, null), (session.PacketsOut, session.PacketsIn, session.TranslatedSource));
    }

    [KernelTheory]
    [InlineData(NoLinkAction.Pass, Next, DatapathReason.OutNoLinkPassed)]
    [InlineData(NoLinkAction.Drop, Shot, DatapathReason.OutNoLinkDropped)]
    public void Does_what_the_association_says_when_it_has_no_link(NoLinkAction action, int code, DatapathReason reason)
    {
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", OnNoLink = action }] };
        _lab.Apply(datapath, plan, WanLab.AllSlots(DatapathPlan.NoLink));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        Assert.Null(datapath.Admit(Session(true, source, destination), 0));

        Outcome outcome = Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);

        Assert.Equal((code, reason), (outcome.Code, outcome.Reason));
    }

    [KernelFact]
    public void Sends_nothing_into_a_link_of_the_other_family_alone()
    {
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { NextHopV6 = null, SourceV6 = null }] };
        _lab.Apply(datapath, plan, WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: true);
        Assert.Null(datapath.Admit(Session(true, source, destination), 0));

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), DatapathReason.OutNoLinkPassed);
    }

    [KernelFact]
    public void Keeps_a_connection_that_was_reported_after_it_opened_where_it_opened()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] frame = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, payload: 10);

        Outcome elsewhere = Run(datapath, datapath.Maps.Egress, frame, new BpfSkbContext { InterfaceIndex = 1 });
        Outcome home = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal((Next, DatapathReason.OutMidStream), (elsewhere.Code, elsewhere.Reason));
        Assert.Equal((Next, DatapathReason.OutHome), (home.Code, home.Reason));
        Assert.Equal(frame, home.Frame);
        Assert.Equal(0, Assert.Single(datapath.Sessions()).Link);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_a_packet_that_does_not_fit_with_how_much_does(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
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
        BpfWanDatapath datapath = _lab.StartOnWan1();
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        byte[] frame = FrameBuilder.UdpFrame(source, destination, payload: 1400);
        frame[20] = 0;

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal((Shot, DatapathReason.OutMtuDropped), (outcome.Code, outcome.Reason));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Turns_a_segment_round_into_a_reset_when_its_link_is_gone(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(true, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);

        Outcome outcome = Run(
            datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, sequence: 77, acknowledgement: 4711, payload: 33), 0);

        Assert.Equal((Redirect, DatapathReason.OutReset), (outcome.Code, outcome.Reason));
        Assert.Equal((destination, source), (FrameBuilder.SourceEnd(outcome.Frame), FrameBuilder.DestinationEnd(outcome.Frame)));
        int tcp = FrameBuilder.TransportOffset(outcome.Frame);
        Assert.Equal(FrameBuilder.Rst, outcome.Frame[tcp + 13]);
        Assert.Equal(4711u, BinaryPrimitives.ReadUInt32BigEndian(outcome.Frame.AsSpan(tcp + 4)));
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
        Assert.Equal([.. FrameBuilder.EdgeMac, .. FrameBuilder.RouterMac], outcome.Frame[..12]);
        Assert.Empty(datapath.Sessions());
        Assert.Equal(0, datapath.Maps.Reverse.CountEntries());
    }

    [KernelTheory]
    [InlineData(LinkDownAction.Drain, true, FrameBuilder.Ack)]
    [InlineData(LinkDownAction.Reset, false, FrameBuilder.Ack)]
    [InlineData(LinkDownAction.Reset, true, FrameBuilder.Rst)]
    public void Lets_a_session_wait_for_its_link(LinkDownAction action, bool hasOther, byte flags)
    {
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", TcpOnLinkDown = action }] };
        _lab.Apply(datapath, plan, WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);
        datapath.SetSlots(0, WanLab.AllSlots(hasOther ? (byte)0 : DatapathPlan.NoLink));
        datapath.SetLinkUsable(1, false);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, flags), 0);
        Assert.Equal((Shot, DatapathReason.OutWaiting), (outcome.Code, outcome.Reason));

        datapath.SetLinkUsable(1, true);
        outcome = Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack), 0);
        Assert.Equal((Redirect, DatapathReason.OutRedirected), (outcome.Code, outcome.Reason));
    }

    [KernelFact]
    public void Starts_a_connection_that_is_only_opening_on_the_next_link()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);
        Run(datapath, datapath.Maps.Egress, syn, 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);

        Passes(datapath, datapath.Maps.Egress, syn, DatapathReason.OutHome);

        Assert.Equal(0, Assert.Single(datapath.Sessions()).Link);
        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Gives_a_reused_tuple_a_link_anew()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);
        Run(datapath, datapath.Maps.Egress, syn, 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Fin | FrameBuilder.Ack), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), DatapathReason.OutHome);

        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Takes_another_port_when_the_sessions_own_is_taken()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
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
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { MaxSessions = 1 });
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
        BpfWanDatapath datapath = _lab.StartOnWan1();
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
        BpfWanDatapath datapath = _lab.StartOnWan1();
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

    private static (IPEndPoint Source, IPEndPoint Destination) Ends(bool v6, int port = 40000) => v6
        ? (new IPEndPoint(IPAddress.Parse("fd09:0::1"), port), new IPEndPoint(IPAddress.Parse(WanLab.ServerV6), 443))
        : (new IPEndPoint(IPAddress.Parse("10.9.0.1"), port), new IPEndPoint(IPAddress.Parse(WanLab.ServerV4), 443));

    private static SessionTuple Session(bool tcp, IPEndPoint source, IPEndPoint destination) =>
        new(tcp ? ProtocolType.Tcp : ProtocolType.Udp, source, destination);

    private static byte[] Frame(bool tcp, IPEndPoint source, IPEndPoint destination, byte flags, byte dscp = 0) => tcp
        ? FrameBuilder.TcpFrame(source, destination, flags, dscp)
        : FrameBuilder.UdpFrame(source, destination, dscp);

    private static byte[] WithPayload(IPEndPoint source, IPEndPoint destination, byte[] payload)
    {
        byte[] datagram = [0, 0, 0, 0, 0, (byte)(8 + payload.Length), 0, 0, .. payload];
        return FrameBuilder.Datagram(source, destination, datagram);
    }

    // Hash maps give each CPU some elements beyond their size: full is when the kernel says so.
    private static void Fill(Action<int> add)
    {
        try
        {
            for (int port = 50000; port < 50000 + 4096; port++)
            {
                add(port);
            }
        }
        catch (Clovisor.Bpf.BpfException e) when (e.ErrnoName == "E2BIG")
        {
            return;
        }

        Assert.Fail("the map never was full");
    }

    private static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private void Passes(BpfWanDatapath datapath, BpfProgram program, byte[] frame, DatapathReason reason)
    {
        Outcome outcome = Run(datapath, program, frame, 0);
        Assert.Equal((Next, reason), (outcome.Code, outcome.Reason));
        Assert.Equal(frame, outcome.Frame);
    }

    private Outcome Run(BpfWanDatapath datapath, BpfProgram program, byte[] frame, int link) =>
        Run(datapath, program, frame, new BpfSkbContext { InterfaceIndex = (uint)_lab.Edge.IndexOf(WanLab.Device(link)) });

    private Outcome Run(BpfWanDatapath datapath, BpfProgram program, byte[] frame, BpfSkbContext context)
    {
        IReadOnlyDictionary<DatapathReason, long> before = datapath.Counters();
        byte[] output = new byte[frame.Length + 256];
        BpfTestRunResult result = _lab.Edge.Run(() => program.TestRun(frame, output, ref context, 1));
        IReadOnlyDictionary<DatapathReason, long> after = datapath.Counters();
        DatapathReason reason = Assert.Single(after.Keys, key => after[key] != before[key]);
        return new Outcome(result.ReturnCode, reason, output[..result.OutputLength]);
    }

    private sealed record Outcome(int Code, DatapathReason Reason, byte[] Frame);
}
