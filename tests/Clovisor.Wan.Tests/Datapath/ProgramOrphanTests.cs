using System.Buffers.Binary;
using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: sessions whose link is gone.</summary>
public sealed class ProgramOrphanTests : ProgramTestBase
{
    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Turns_a_segment_round_into_a_reset_when_its_link_is_gone(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
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
        BpfWanDatapath datapath = Lab.Start();
        DatapathPlan plan = Lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", TcpOnLinkDown = action }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(1));
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
        BpfWanDatapath datapath = Lab.StartOnWan1();
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
    public void Gives_a_reused_tuple_that_is_reported_anew_a_link_anew()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] syn = FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn);
        Run(datapath, datapath.Maps.Egress, syn, 0);
        Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Fin | FrameBuilder.Ack), 0);
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.Admit(Session(true, source, destination), 0);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn), DatapathReason.OutHome);

        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }
}
