using Clovisor.Bpf.Networking;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Programs of others on the devices, made by the test itself, which count the packets that they see.</summary>
public sealed class ForeignProgramTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    public static TheoryData<TcAttachmentKind, TcAttachmentKind> Pairs() => new()
    {
        { TcAttachmentKind.Tcx, TcAttachmentKind.Tcx },
        { TcAttachmentKind.Tcx, TcAttachmentKind.Clsact },
        { TcAttachmentKind.Clsact, TcAttachmentKind.Tcx },
        { TcAttachmentKind.Clsact, TcAttachmentKind.Clsact },
    };

    [KernelTheory]
    [MemberData(nameof(Pairs))]
    public void Goes_on_counting_before_during_and_after(TcAttachmentKind foreign, TcAttachmentKind own)
    {
        using var counter = new ForeignProgram(_lab, foreign, TcDirection.Egress, "wan0");
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted before");

        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own));
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted during");

        _lab.Edge.Run(datapath.Uninstall);
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted after");
    }

    [KernelTheory]
    [MemberData(nameof(Pairs))]
    public void Sees_the_packets_that_a_session_sends_by_its_device(TcAttachmentKind foreign, TcAttachmentKind own)
    {
        using var egress = new ForeignProgram(_lab, foreign, TcDirection.Egress, "wan1");
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own));
        using var ingress = new ForeignProgram(_lab, foreign, TcDirection.Ingress, "wan0");
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        // On wan0 since replies are handed back there.
        Assert.True(egress.SeenWhile(() => client.Echo()) >= 1, "wan1 egress saw no packet");
        Assert.True(ingress.SeenWhile(() => client.Echo()) >= 1, "wan0 ingress saw no packet");
    }

    [KernelTheory]
    [MemberData(nameof(Pairs))]
    public void Sees_what_comes_from_a_lan_before_the_datapath_takes_it(TcAttachmentKind foreign, TcAttachmentKind own)
    {
        LanSide lan = _lab.AddLan();
        lan.RouteBack(0);
        using var counter = new ForeignProgram(_lab, foreign, TcDirection.Ingress, LanSide.Device);
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own), lan.Plan());
        EchoClient client = lan.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        // By whichever way of attaching comes first, which is tcx.
        bool first = foreign == TcAttachmentKind.Tcx || own == TcAttachmentKind.Clsact;
        Assert.Equal(first, counter.SeenWhile(() => client.Echo()) >= 1);
        Assert.True(counter.SeenWhile(() => lan.Client(tcp: false, v6: false).Echo()) >= 1, "a packet without a session was not passed on");

        _lab.Edge.Run(datapath.Uninstall);
        Assert.True(counter.SeenWhile(() => lan.Client(tcp: false, v6: false).Echo()) >= 1, "nothing was counted after");
    }
}
