using System.Net;
using Clovisor.Bpf.Links;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class TrafficTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Sends_a_reported_session_by_its_link_and_brings_the_replies_home(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        int size = tcp ? 300_000 : 1200;
        long before0 = _lab.CloudReceived(0);
        long before1 = _lab.CloudReceived(1);

        Assert.Equal(1, datapath.Admit(client.Tuple, 0));
        client.Echo(size);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        Assert.True(_lab.CloudReceived(1) - before1 > size, "the bytes did not come by wan1");
        Assert.True(_lab.CloudReceived(0) - before0 < 2000, "bytes came by wan0 too");
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(client.Tuple, session.Tuple);
        Assert.Equal(1, session.Link);
        Assert.Equal(new IPEndPoint(WanLab.LinkSource(1, v6), client.Source.Port), session.TranslatedSource);
        Assert.True(session.BytesOut > size && session.BytesIn > size, $"out {session.BytesOut}, in {session.BytesIn}");
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Leaves_a_session_that_nobody_reported_to_the_nodes_routes(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);

        client.Echo(1000);

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Empty(datapath.Sessions());
    }
}
