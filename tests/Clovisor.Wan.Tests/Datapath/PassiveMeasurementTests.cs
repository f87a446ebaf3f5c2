using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Real connections of a control group over a link that loses packets, and what the datapath is told by them.</summary>
public sealed class PassiveMeasurementTests : IDisposable
{
    private const byte Tag = 10;

    private readonly WanLab _lab = new();
    private readonly ControlGroup _group = ControlGroup.ForThreads();

    public void Dispose()
    {
        _lab.Dispose();
        _group.Dispose();
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Counts_segments_and_round_trips_of_the_link_that_connections_are_on(bool v6)
    {
        BpfWanDatapath datapath = Start();
        Assert.Empty(datapath.Measure()!);

        Send(ProxySocket.Make(_lab, _group, v6).WithDscp(Tag), 50);

        PassiveSample sample = Assert.Single(datapath.Measure()!);
        Assert.Equal("wan1", sample.Link);
        Assert.InRange(sample.Packets, 40, 55);
        Assert.Equal(0, sample.Lost);
        Assert.InRange(sample.RoundTrip!.Value, TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(1));
        Assert.Empty(datapath.Measure()!);
    }

    [KernelFact]
    public void Counts_what_had_to_be_sent_again()
    {
        BpfWanDatapath datapath = Start();
        ProxySocket socket = ProxySocket.Make(_lab, _group).WithDscp(Tag);
        Send(socket, 10);
        datapath.Measure();
        _lab.Cloud.Exec(
            "nft", "add table inet loss; add chain inet loss in { type filter hook prerouting priority -400; }; add rule inet loss in iifname c1 tcp flags & psh == psh numgen inc mod 4 == 0 drop");

        Send(socket, 30);

        PassiveSample sample = Assert.Single(datapath.Measure()!);
        // Every fourth segment with data is dropped: of 30 that had to arrive about 10 were sent twice.
        Assert.InRange(sample.Lost, 7, 14);
        Assert.InRange(sample.Packets, 35, 46);
    }

    [KernelFact]
    public void Goes_on_with_connections_that_a_process_before_has_seen_and_counts_nothing_twice()
    {
        WanDatapathSettings settings = _lab.Settings() with { TrustedCgroup = _group.Path };
        BpfWanDatapath first = Start();
        ProxySocket socket = ProxySocket.Make(_lab, _group).WithDscp(Tag);
        Send(socket, 200);
        first.Dispose();

        BpfWanDatapath second = _lab.StartOnWan1(settings, _lab.Plan(tag: Tag));
        Send(socket, 30);

        Assert.True(second.WasAdopted);
        Assert.InRange(Assert.Single(second.Measure()!).Packets, 20, 32);
    }

    [KernelFact]
    public void Measures_nothing_without_a_control_group() => Assert.Null(_lab.StartOnWan1().Measure());

    private static void Send(ProxySocket socket, int times)
    {
        for (int i = 0; i < times; i++)
        {
            socket.Echo();
        }
    }

    private BpfWanDatapath Start() => _lab.StartOnWan1(_lab.Settings() with { TrustedCgroup = _group.Path }, _lab.Plan(tag: Tag));
}
