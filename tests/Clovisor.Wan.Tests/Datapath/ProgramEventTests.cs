using System.Net;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: what is told of them.</summary>
public sealed class ProgramEventTests : ProgramTestBase
{
    private const int Crowd = 2000;

    [KernelTheory]
    [InlineData(false, FrameBuilder.Fin | FrameBuilder.Ack)]
    [InlineData(true, FrameBuilder.Rst)]
    public async Task Tells_of_the_peer_that_ends_the_connection(bool v6, byte flags)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        EventLog events = Lab.Own(new EventLog(datapath));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] sent = Run(datapath, datapath.Maps.Egress, Frame(true, source, destination, FrameBuilder.Syn), 0).Frame;

        for (int again = 0; again < 2; again++)
        {
            Run(datapath, datapath.Maps.Ingress, Frame(true, destination, FrameBuilder.SourceEnd(sent), flags), 1);
        }

        Run(datapath, datapath.Maps.Egress, Frame(true, source, destination, FrameBuilder.Fin | FrameBuilder.Ack), 0);
        Run(datapath, datapath.Maps.Egress, Frame(true, source, destination, FrameBuilder.Syn, 0), 0);
        datapath.Admit(Session(true, source, destination), 0);
        Run(datapath, datapath.Maps.Egress, Frame(true, source, destination, FrameBuilder.Syn), 0);
        List<DatapathEvent> seen = [.. await events.UntilAsync(DatapathEventKind.Bound), .. await events.UntilAsync(DatapathEventKind.Bound)];

        // Once, whoever follows.
        Assert.Equal([DatapathEventKind.Bound, DatapathEventKind.ClosingIn, DatapathEventKind.Bound], seen.Select(one => one.Kind));
        Assert.All(seen, one => Assert.Equal((Session(true, source, destination), "wan1"), (one.Tuple, one.LinkName)));
        Assert.Equal(Lab.Edge.IndexOf(WanLab.Device(1)), seen[1].InterfaceIndex);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_why_packets_are_dropped_and_not_of_each(bool v6)
    {
        BpfWanDatapath datapath = Lab.Start();
        DatapathPlan plan = Lab.Plan(tag: Tag) with { Associations = [new DatapathAssociation { Name = "minion", OnNoLink = NoLinkAction.Drop }] };
        Lab.Apply(datapath, plan, WanLab.AllSlots(DatapathPlan.NoLink));
        EventLog events = Lab.Own(new EventLog(datapath));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        byte[] frame = Frame(false, source, destination, 0, Tag);

        for (int i = 0; i < 60; i++)
        {
            Assert.Equal((Shot, DatapathReason.OutNoLinkDropped), Run(datapath, datapath.Maps.Egress, frame, 0) is var outcome ? (outcome.Code, outcome.Reason) : default);
        }

        // Of something that ends what is to be seen.
        datapath.SetSlots(0, WanLab.AllSlots(1));
        Run(datapath, datapath.Maps.Egress, frame, 0);
        List<DatapathEvent> seen = await events.UntilAsync(DatapathEventKind.Bound);

        Assert.Equal(DatapathEventKind.EnteredByTag, seen[0].Kind);
        Assert.InRange(seen.Count - 2, 1, 30);
        Assert.All(seen[1..^1], drop => Assert.Equal(
            (DatapathEventKind.Dropped, DatapathReason.OutNoLinkDropped, Session(false, source, destination), "minion", null, null),
            (drop.Kind, drop.Reason, drop.Tuple, drop.AssociationName, drop.LinkName, drop.WirePort)));
    }

    [KernelFact]
    public async Task Counts_what_a_reader_that_is_too_slow_loses()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        await using IAsyncEnumerator<DatapathEvent> reading = datapath.ReadEventsAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        ValueTask<bool> next = reading.MoveNextAsync();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        // Opens and ends at once, so that each is entered, bound and closing anew.
        byte[] frame = Frame(true, source, destination, FrameBuilder.Syn | FrameBuilder.Fin, Tag);
        byte[] output = new byte[frame.Length + 256];
        Lab.Edge.Run(() =>
        {
            for (int i = 0; i < Crowd; i++)
            {
                var context = new BpfSkbContext { InterfaceIndex = (uint)Lab.Edge.IndexOf(WanLab.Device(0)) };
                datapath.Maps.Egress.TestRun(frame, output, ref context, 1);
            }

            return true;
        });

        long lost = datapath.EventsLost;
        Assert.InRange(lost, 1, 3 * Crowd);
        for (long read = 0; read < (3 * Crowd) - lost; read++)
        {
            Assert.True(await next);
            next = reading.MoveNextAsync();
        }

        // Room again.
        Run(datapath, datapath.Maps.Egress, Frame(true, source, destination, FrameBuilder.Syn, Tag), 0);
        Assert.True(await next);
        Assert.Equal(DatapathEventKind.EnteredByTag, reading.Current.Kind);
        Assert.Equal(lost, datapath.EventsLost);
    }
}
