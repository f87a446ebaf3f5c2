using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs: what they did otherwise until the reference model was asked.</summary>
public sealed class ProgramRuleTests : ProgramTestBase
{
    [KernelFact]
    public void Passes_on_an_IPv4_packet_whose_addresses_are_signed()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false, 0);
        datapath.Admit(new SessionTuple((ProtocolType)51, source, new IPEndPoint(destination.Address, 0)), 0);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.Raw(source.Address, destination.Address, 51, new byte[24]), DatapathReason.Headers);
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_IPv6_packet_with_an_IPv4_address_is_of_no_session(bool atSource)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        var mapped = new IPEndPoint(source.Address.MapToIPv6(), source.Port);
        var server = new IPEndPoint(destination.Address.MapToIPv6(), destination.Port);
        (IPEndPoint plain, _) = Ends(v6: true);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(atSource ? mapped : plain, server), DatapathReason.Headers);
        Assert.Equal(0, Assert.Single(datapath.Sessions()).BytesOut);
    }

    [KernelFact]
    public void Passes_on_a_packet_that_ends_before_its_options_or_extension_headers_do()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        (IPEndPoint source6, IPEndPoint destination6) = Ends(v6: true);
        byte[] options = FrameBuilder.Raw(source.Address, destination.Address, 47, []);
        options[14] = 0x4f;
        byte[] extension = FrameShapes.WithExtensions(FrameBuilder.Raw(source6.Address, destination6.Address, 47, []), 60);
        extension[55] = 3;
        byte[] lite = FrameBuilder.Raw(source.Address, destination.Address, 136, [1, 2, 3, 4]);

        Passes(datapath, datapath.Maps.Egress, options, DatapathReason.Truncated);
        Passes(datapath, datapath.Maps.Egress, extension, DatapathReason.Truncated);
        Passes(datapath, datapath.Maps.Egress, lite, DatapathReason.Truncated);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Passes_on_an_echo_without_an_identifier_both_ways(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6, 0);

        // Its answer has the same numbers at both ends, so that another's question would pass for it.
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.Echo(source, destination.Address, reply: false, Tag), DatapathReason.Protocol);
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.Echo(source, destination.Address, reply: true, Tag), DatapathReason.Protocol);
        var tuple = new SessionTuple(v6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp, source, new IPEndPoint(destination.Address, 0));
        Assert.Contains("identifier", Assert.Throws<ArgumentException>(() => datapath.Admit(tuple, 0)).Message, StringComparison.Ordinal);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tags_that_stay_behind_do_not_count_against_the_link(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(false, source, destination), 0);
        int fits = 1500 - (v6 ? 48 : 28);

        Outcome most = Run(datapath, datapath.Maps.Egress, FrameShapes.WithVlans(FrameBuilder.UdpFrame(source, destination, payload: fits), 5, 6), 0);
        Outcome more = Run(datapath, datapath.Maps.Egress, FrameShapes.WithVlans(FrameBuilder.UdpFrame(source, destination, payload: fits + 1), 5, 6), 0);

        Assert.Equal((DatapathReason.OutRedirected, DatapathReason.OutTooBig), (most.Reason, more.Reason));
    }

    [KernelFact]
    public void A_fragment_is_not_turned_into_a_reset_that_nobody_would_hear()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        byte[] segment = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, payload: 64);

        Outcome part = Run(datapath, datapath.Maps.Egress, FrameShapes.Fragments(segment, 40)[0], 0);
        Outcome whole = Run(datapath, datapath.Maps.Egress, segment, 0);

        Assert.Equal((Shot, DatapathReason.OutWaiting), (part.Code, part.Reason));
        Assert.Equal(DatapathReason.OutReset, whole.Reason);
    }

    [KernelFact]
    public void A_tuple_that_is_used_again_does_not_wait_for_the_link_of_the_connection_before()
    {
        BpfWanDatapath datapath = Lab.Start();
        DatapathPlan plan = Lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", TcpOnLinkDown = LinkDownAction.Drain }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);
        Run(datapath, datapath.Maps.Egress, syn, 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Fin | FrameBuilder.Ack), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        datapath.Admit(Session(true, source, destination), 0);

        Passes(datapath, datapath.Maps.Egress, syn, DatapathReason.OutHome);
    }

    public static TheoryData<byte, bool, bool> Endings() => new()
    {
        { FrameBuilder.Fin | FrameBuilder.Ack, false, false }, { FrameBuilder.Rst, false, true }, { FrameBuilder.Fin | FrameBuilder.Ack, true, true }, { FrameBuilder.Rst, true, false },
    };

    [KernelTheory]
    [MemberData(nameof(Endings))]
    public void A_connection_on_the_tuple_of_one_that_is_over_is_of_no_association_unless_it_is_named_itself(byte end, bool arrives, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        SessionTuple session = Session(true, source, destination);
        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), ack = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack);
        datapath.Admit(session, 0);
        Outcome opened = Run(datapath, datapath.Maps.Egress, syn, 0);
        Assert.Equal(DatapathReason.OutRedirected, opened.Reason);
        End();

        // Untagged and not reported: neither it nor what follows.
        Passes(datapath, datapath.Maps.Egress, syn, DatapathReason.OutNoSession);
        Passes(datapath, datapath.Maps.Egress, ack, DatapathReason.OutNoSession);
        Assert.Empty(datapath.Sessions());

        // Reported anew, and what still comes of the earlier one changes nothing.
        datapath.Admit(session, 0);
        Run(datapath, datapath.Maps.Egress, syn, 0);
        End();
        datapath.Admit(session, 0);
        End();
        Assert.Equal(DatapathReason.OutRedirected, Run(datapath, datapath.Maps.Egress, syn, 0).Reason);
        End();

        // Tagged itself.
        Assert.Equal(DatapathReason.OutRedirected, Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn, Tag), 0).Reason);

        void End() => Run(
            datapath,
            arrives ? datapath.Maps.Ingress : datapath.Maps.Egress,
            arrives ? FrameBuilder.TcpFrame(destination, FrameBuilder.SourceEnd(opened.Frame), end) : FrameBuilder.TcpFrame(source, destination, end),
            arrives ? 1 : 0);
    }

    [KernelFact]
    public void A_session_that_is_ending_is_not_taken_for_open_when_it_moves()
    {
        BpfWanDatapath datapath = Lab.Start();
        Lab.Apply(datapath, Lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Fin | FrameBuilder.Ack), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));

        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack), 0);

        var key = ClvTuple.From(Session(true, source, destination));
        Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession session));
        Assert.Equal((0, ClvSessionState.Closing), (session.Binding.LinkIndex, session.State));
    }

    [KernelFact]
    public void An_icmp_error_leaves_by_the_link_that_its_session_would_take_now()
    {
        BpfWanDatapath datapath = Lab.Start();
        Lab.Apply(datapath, Lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        byte[] error = FrameBuilder.IcmpError(source.Address, FrameBuilder.UdpFrame(destination, source), 3, 3);

        Passes(datapath, datapath.Maps.Egress, error, DatapathReason.OutIcmpError);
    }

    [KernelFact]
    public void An_icmp_error_does_not_leave_with_an_address_that_its_link_has_no_more()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(false, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination), 0);
        DatapathPlan plan = Lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { SourceV4 = IPAddress.Parse("10.9.1.77") }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(1));
        byte[] error = FrameBuilder.IcmpError(source.Address, FrameBuilder.UdpFrame(destination, source), 3, 3);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, error, 0);

        Assert.Equal((Shot, DatapathReason.OutWaiting), (outcome.Code, outcome.Reason));
    }

    [KernelTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_sum_of_a_device_follows_what_is_changed(bool v6, bool unsummed)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { ClearTags = true }, Lab.Plan(tag: Tag));
        (IPEndPoint first, IPEndPoint destination) = Ends(v6);
        var second = new IPEndPoint(IPAddress.Parse(v6 ? "fd77::7" : "192.168.7.7"), first.Port);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(first, destination, Tag), 0);
        // The second one of the same port gets another, so that the port changes too.
        byte[] left = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(second, destination, Tag), 0).Frame;

        Summed(datapath.Maps.Egress, FrameBuilder.UdpFrame(second, destination, Tag, noChecksum: unsummed), 0);
        Summed(datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, FrameBuilder.SourceEnd(left), noChecksum: unsummed), 1);
    }

    // The kernel itself compares the sum with what the program left.
    private void Summed(BpfProgram program, byte[] frame, int link)
    {
        byte[] output = new byte[frame.Length];
        var context = new BpfSkbContext { InterfaceIndex = (uint)Lab.Edge.IndexOf(WanLab.Device(link)) };
        Assert.Equal(Redirect, Lab.Edge.Run(() => program.TestRunSummed(frame, output, ref context)).ReturnCode);
    }
}
