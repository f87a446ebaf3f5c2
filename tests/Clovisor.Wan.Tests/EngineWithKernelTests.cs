using System.Collections.Immutable;
using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Tests.Datapath;

namespace Clovisor.Wan.Tests;

/// <summary>The engine and the kernel's datapath together, with traffic.</summary>
public sealed class EngineWithKernelTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sessions_leave_by_their_link_move_when_it_is_cut_and_return_when_it_is_back(bool v6)
    {
        using BpfWanDatapath datapath = _lab.Start();
        using WanEngine engine = StartEngine(datapath);

        Assert.Equal(new SessionAdmission(AdmissionOutcome.Admitted, "wan1"), AdmitAndEcho(engine, v6));
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);

        _lab.Cloud.Ip("link", "set", WanLab.CloudDevice(1), "down");
        Assert.True(Until(engine, LinkState.NoCarrier), engine.Status.Links[1].ToString());
        Assert.Equal(new SessionAdmission(AdmissionOutcome.Admitted, "wan0"), AdmitAndEcho(engine, v6));
        Assert.Equal(WanLab.LinkSource(0, v6), _lab.Server.LastPeer.Address);

        _lab.Cloud.Ip("link", "set", WanLab.CloudDevice(1), "up");
        Restore(v6);
        Assert.True(Until(engine, LinkState.Up), engine.Status.Links[1].ToString());
        Assert.Equal(new SessionAdmission(AdmissionOutcome.Admitted, "wan1"), AdmitAndEcho(engine, v6));
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void An_engine_that_starts_again_takes_the_datapath_over_with_its_sessions()
    {
        EchoClient client = _lab.Client(tcp: true, v6: false);
        using (BpfWanDatapath datapath = _lab.Start())
        using (WanEngine engine = StartEngine(datapath))
        {
            Assert.Equal("wan1", engine.Admit(client.Tuple, "minion").Link);
            client.Echo(10_000);
        }

        client.Echo(10_000);
        using BpfWanDatapath adopted = _lab.Start();
        Assert.True(adopted.WasAdopted);
        using WanEngine again = StartEngine(adopted);
        client.Echo(10_000);

        Assert.Equal(WanLab.LinkSource(1, v6: false), _lab.Server.LastPeer.Address);
        Assert.Equal(("minion", "wan1"), (adopted.Sessions()[0].AssociationName, adopted.Sessions()[0].LinkName));
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lan_that_comes_late_is_taken_past_routing_and_forgotten_when_it_goes(bool tcp)
    {
        using BpfWanDatapath datapath = _lab.Start();
        using WanEngine engine = StartEngine(datapath, "lan*");
        LanSide lan = _lab.AddLan();

        // Its first packet makes the session by its tag, behind routing; those after it are taken at the device.
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    EchoClient client = lan.Client(tcp, v6: false, dscp: 10);
                    client.Echo(1000);
                    client.Echo(1000);
                    return datapath.Counters()[DatapathReason.LanRedirected] > 0;
                },
                TimeSpan.FromSeconds(10)),
            "nothing was taken at the device that came late");
        Assert.Equal(WanLab.LinkSource(1, v6: false), _lab.Server.LastPeer.Address);

        _lab.Edge.Ip("link", "del", LanSide.Device);
        Assert.Equal(new SessionAdmission(AdmissionOutcome.Admitted, "wan1"), AdmitAndEcho(engine, v6: false));
        Assert.Null(engine.Status.DatapathError);
    }

    [KernelFact]
    public void Its_thread_goes_before_others_and_what_it_starts_does_not()
    {
        using BpfWanDatapath datapath = _lab.Start();
        using WanEngine engine = StartEngine(datapath);
        int started = 1;
        engine.LinkChanged += (_, _) =>
        {
            var thread = new Thread(() => started = NiceOf("/proc/thread-self"));
            thread.Start();
            thread.Join();
        };
        _lab.Cloud.Ip("link", "set", WanLab.CloudDevice(1), "down");
        Assert.True(Until(engine, LinkState.NoCarrier), engine.Status.Links[1].ToString());
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref started) != 1, TimeSpan.FromSeconds(10)), "no handler ran");

        string own = Directory.GetDirectories("/proc/self/task").First(
            task => File.ReadAllText(Path.Combine(task, "comm")).Trim() == "clovisor-wan" && NiceOf(task) != 0);

        Assert.Equal(-15, NiceOf(own));
        Assert.Equal(0, started);
    }

    // The 19th field; the name before it may have blanks, but ends with the last parenthesis.
    private static int NiceOf(string task)
    {
        string line = File.ReadAllText(Path.Combine(task, "stat"));
        return int.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }

    private SessionAdmission AdmitAndEcho(WanEngine engine, bool v6)
    {
        EchoClient client = _lab.Client(tcp: true, v6);
        SessionAdmission admission = engine.Admit(client.Tuple, "minion");
        client.Echo(10_000);
        return admission;
    }

    // The kernel drops a device's global IPv6 addresses when it is set down; the cloud's administrator adds them again.
    private void Restore(bool v6)
    {
        if (v6)
        {
            _lab.Cloud.AddAddress(WanLab.CloudDevice(1), "fd09:1::2/64");
        }
    }

    private WanEngine StartEngine(BpfWanDatapath datapath, params ImmutableArray<string> lanDevices)
    {
        ConfigurationResult result = WanConfiguration.Create(
            [Link(0), Link(1)],
            [],
            [new WanAssociation { Name = "minion", Dscps = [10], Tiers = [LinkTier.Of("wan1"), LinkTier.Of("wan0")] }]);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        var engine = new WanEngine(result.Configuration, datapath) { LanDevices = lanDevices };
        try
        {
            _lab.Edge.Run(() => engine.StartAsync().GetAwaiter().GetResult());
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private static WanLink Link(int number) => new()
    {
        Name = WanLab.Device(number),
        Device = WanLab.Device(number),
        NextHops = [IPAddress.Parse($"10.9.{number}.2"), IPAddress.Parse($"fd09:{number}::2")],
        Probes = [new ProbeDefinition { Targets = [IPAddress.Parse($"10.9.{number}.2")] }],
        Recovery = new LinkRecovery { HoldDown = TimeSpan.Zero, Good = 1 },
    };

    private static bool Until(WanEngine engine, LinkState state) =>
        SpinWait.SpinUntil(() => engine.Status.Links[1].State == state, TimeSpan.FromSeconds(10));
}
