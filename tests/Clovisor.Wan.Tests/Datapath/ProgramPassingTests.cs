using System.Net;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: those that are left to the stack.</summary>
public sealed class ProgramPassingTests : ProgramTestBase
{
    [KernelFact]
    public void Passes_on_what_it_cannot_follow()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        (IPEndPoint source6, IPEndPoint destination6) = Ends(v6: true);
        byte[] udp = FrameBuilder.UdpFrame(source, destination, Tag);
        byte[] arp = [.. FrameBuilder.RouterMac, .. FrameBuilder.EdgeMac, 0x08, 0x06, .. new byte[28]];
        byte[] shortHeader = [.. udp];
        shortHeader[14] = 0x44;
        byte[] timestamp = FrameBuilder.Raw(source.Address, destination.Address, 1, [13, 0, 0, 0, 0, 1, 0, 1]);
        byte[] otherFamilys = FrameBuilder.Raw(source.Address, destination.Address, 58, [128, 0, 0, 0, 0, 1, 0, 1]);
        byte[] solicitation = FrameBuilder.Raw(source6.Address, destination6.Address, 58, [135, 0, 0, 0, 0, 0, 0, 0, .. new byte[16]]);
        byte[] stranger = FrameBuilder.IcmpError(IPAddress.Parse("192.0.2.1"), udp, 3, 1);
        byte[] cut = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn)[..40];

        foreach (BpfProgram program in new[] { datapath.Maps.Egress, datapath.Maps.Ingress })
        {
            Passes(datapath, program, arp, DatapathReason.NotIp);
            Passes(datapath, program, shortHeader, DatapathReason.Headers);
            Passes(datapath, program, timestamp, DatapathReason.Protocol);
            Passes(datapath, program, otherFamilys, DatapathReason.Protocol);
            Passes(datapath, program, solicitation, DatapathReason.Protocol);
            Passes(datapath, program, stranger, DatapathReason.Protocol);
            Passes(datapath, program, cut, DatapathReason.Truncated);
        }

        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [InlineData(133, "fe80::1", "ff02::2")]
    [InlineData(134, "fe80::1", "ff02::1")]
    [InlineData(134, "fe80::1", "fe80::2")]
    [InlineData(135, "fe80::1", "ff02::1:ff00:2")]
    [InlineData(135, "fd09::1", "fd09::2")]
    [InlineData(136, "fe80::1", "fe80::2")]
    [InlineData(136, "fd09::1", "fd09::2")]
    [InlineData(137, "fe80::1", "fd09::1")]
    [InlineData(143, "fe80::1", "ff02::16")]
    public void Router_advertisements_and_neighbour_discovery_pass_untouched_whatever_their_tag(byte type, string source, string destination)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { ClearTags = true }, Lab.Plan(tag: Tag));
        byte[] frame = FrameBuilder.Raw(IPAddress.Parse(source), IPAddress.Parse(destination), 58, [type, 0, 0, 0, 0, 0, 0, 0, .. new byte[16]]);
        frame[14] |= Tag >> 2;
        frame[15] |= (Tag & 3) << 6;

        foreach (BpfProgram program in new[] { datapath.Maps.Egress, datapath.Maps.Ingress, datapath.Maps.Lan })
        {
            Passes(datapath, program, frame, DatapathReason.Protocol);
        }

        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Takes_no_ipv6_packet_for_one_of_ipv4()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        (IPEndPoint source6, IPEndPoint destination6) = Ends(v6: true);
        var mappedSource = new IPEndPoint(source.Address.MapToIPv6(), source.Port);
        var mappedDestination = new IPEndPoint(destination.Address.MapToIPv6(), destination.Port);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(mappedSource, destination6, Tag), DatapathReason.Headers);
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source6, mappedDestination, Tag), DatapathReason.Headers);

        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Passes_on_a_packet_without_session_or_tag()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination), DatapathReason.OutNoSession);
        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag - 1), DatapathReason.OutNoSession);
        Passes(datapath, datapath.Maps.Ingress, FrameBuilder.UdpFrame(destination, source), DatapathReason.InNoSession);
    }

    [KernelFact]
    public void Passes_on_what_the_program_of_another_device_sent()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        byte[] frame = FrameBuilder.UdpFrame(source, destination, Tag);
        var context = new BpfSkbContext { InterfaceIndex = (uint)Lab.Edge.IndexOf("wan1") };
        context.Control[0] = 0xc1071501;
        context.Control[1] = 0x0a0d1e55;

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, context);

        Assert.Equal((Next, DatapathReason.OutClaimed), (outcome.Code, outcome.Reason));
        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Passes_on_a_session_whose_link_is_the_device()
    {
        BpfWanDatapath datapath = Lab.Start();
        Lab.Apply(datapath, Lab.Plan(), WanLab.AllSlots(0));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);

        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);
        byte[] answer = FrameBuilder.TcpFrame(destination, source, FrameBuilder.Syn | FrameBuilder.Ack, payload: 7);

        Passes(datapath, datapath.Maps.Egress, syn, DatapathReason.OutHome);
        Passes(datapath, datapath.Maps.Ingress, answer, DatapathReason.InHome);

        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal((syn.Length - 14, answer.Length - 14, null), (session.BytesOut, session.BytesIn, session.TranslatedSource));
    }

    [KernelTheory]
    [InlineData(NoLinkAction.Pass, Next, DatapathReason.OutNoLinkPassed)]
    [InlineData(NoLinkAction.Drop, Shot, DatapathReason.OutNoLinkDropped)]
    [InlineData(NoLinkAction.Unreachable, Redirect, DatapathReason.OutUnreachable)]
    public void Does_what_the_association_says_when_it_has_no_link(NoLinkAction action, int code, DatapathReason reason)
    {
        BpfWanDatapath datapath = Lab.Start();
        DatapathPlan plan = Lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", OnNoLink = action }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(DatapathPlan.NoLink));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        Assert.Null(datapath.Admit(Session(true, source, destination), 0));

        Outcome outcome = Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), 0);

        Assert.Equal((code, reason), (outcome.Code, outcome.Reason));
    }

    [KernelFact]
    public void Sends_nothing_into_a_link_of_the_other_family_alone()
    {
        BpfWanDatapath datapath = Lab.Start();
        DatapathPlan plan = Lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { NextHopV6 = null, SourceV6 = null }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(1));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: true);
        Assert.Null(datapath.Admit(Session(true, source, destination), 0));

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), DatapathReason.OutNoLinkPassed);
    }

    [KernelFact]
    public void Keeps_a_connection_that_was_reported_after_it_opened_where_it_opened()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
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
}
