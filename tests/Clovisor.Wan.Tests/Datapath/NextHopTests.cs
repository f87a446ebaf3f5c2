using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Whom a moved packet is handed to.</summary>
public sealed class NextHopTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Is_the_links_own_and_not_that_of_another_network_on_its_device(bool tcp, bool v6)
    {
        // The node would choose the second network's router on that device, and that router takes nothing.
        (string own, string router) = v6 ? ("fd77::1/64", "fd77::2") : ("10.77.0.1/24", "10.77.0.2");
        _lab.Edge.AddAddress("wan1", own);
        _lab.Edge.Ip("neigh", "add", router, "lladdr", "02:00:00:00:00:99", "dev", "wan1", "nud", "permanent");
        _lab.Edge.Ip(v6 ? "-6" : "-4", "route", "add", "default", "via", router, "dev", "wan1", "metric", "5000");
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        datapath.Admit(client.Tuple, 0);

        client.Echo(1000);

        Assert.Equal(new IPEndPoint(WanLab.LinkSource(1, v6), client.Source.Port), _lab.Server.LastPeer);
    }
}
