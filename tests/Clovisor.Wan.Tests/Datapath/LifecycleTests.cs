using System.Globalization;
using Clovisor.Bpf;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class LifecycleTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    public static TheoryData<TcAttachmentKind> Hooks() => [TcAttachmentKind.Tcx, TcAttachmentKind.Clsact];

    [KernelTheory]
    [MemberData(nameof(Hooks))]
    public void Goes_on_without_its_process_and_is_adopted_by_the_next(TcAttachmentKind hook)
    {
        WanDatapathSettings settings = _lab.Settings(hook);
        BpfWanDatapath first = _lab.StartOnWan1(settings);
        EchoClient client = _lab.Client(tcp: true, v6: false);
        first.Admit(client.Tuple, 0);
        client.Echo();

        // All that the end of a process does: its descriptors are closed.
        first.Dispose();
        client.Echo(50_000);
        BpfWanDatapath second = _lab.Start(settings);
        client.Echo(50_000);
        _lab.Apply(second, _lab.Plan(), WanLab.AllSlots(1));
        client.Echo(50_000);

        Assert.False(first.WasAdopted);
        Assert.True(second.WasAdopted);
        WanSession session = Assert.Single(second.Sessions());
        Assert.Equal(client.Tuple, session.Tuple);
        Assert.True(session.BytesOut > 150_000, $"{session.BytesOut} bytes were counted over both lives");
    }

    [KernelFact]
    public void Swaps_the_programs_of_the_links_that_are_there()
    {
        BpfWanDatapath first = _lab.StartOnWan1();
        uint firstProgram = first.Maps.Egress.Id;
        (uint link, uint program) = PinnedEgress();
        Assert.Equal(firstProgram, program);
        first.Dispose();

        BpfWanDatapath second = _lab.Start();

        Assert.Equal((link, second.Maps.Egress.Id), PinnedEgress());
        Assert.NotEqual(firstProgram, second.Maps.Egress.Id);
    }

    [KernelFact]
    public void Runs_one_process_to_a_directory()
    {
        _lab.Start();

        BpfException refusal = Assert.Throws<BpfException>(() => _lab.Start());

        Assert.Contains("Another process", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_lab.PinDirectory, refusal.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_maps_of_another_layout_and_leaves_them_working()
    {
        BpfWanDatapath first = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        first.Admit(client.Tuple, 0);
        client.Echo();
        first.Dispose();
        ChangeLayout(layout => layout with { Version = 99 });

        BpfException refusal = Assert.Throws<BpfException>(() => _lab.Start());

        Assert.Contains("layout 99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Uninstall", refusal.Message, StringComparison.Ordinal);
        client.Echo();
        ChangeLayout(layout => layout with { Version = ClvLayout.CurrentVersion });
        Assert.Single(_lab.Start().Sessions());
    }

    [KernelFact]
    public void Refuses_maps_of_another_network_namespace()
    {
        _lab.Start().Dispose();

        BpfException refusal = Assert.Throws<BpfException>(() => _lab.Cloud.Run(() => BpfWanDatapath.Start(_lab.Settings())));

        Assert.Contains("another network namespace", refusal.Message, StringComparison.Ordinal);
        Assert.True(_lab.Start().WasAdopted);
    }

    [KernelFact]
    public void Starts_over_what_a_start_that_was_killed_left()
    {
        _lab.Start().Dispose();
        File.Delete(Path.Combine(_lab.PinDirectory, "maps", "clv_layout"));

        BpfWanDatapath datapath = _lab.StartOnWan1();

        Assert.False(datapath.WasAdopted);
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
    }

    [KernelFact]
    public void Keeps_the_size_of_adopted_maps()
    {
        _lab.Start(_lab.Settings() with { MaxSessions = 100 }).Dispose();

        Assert.Equal(100, _lab.Start(_lab.Settings() with { MaxSessions = 200 }).MaxSessions);
    }

    [KernelTheory]
    [MemberData(nameof(Hooks))]
    public void Uninstalls_everything_of_its_own(TcAttachmentKind hook)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(hook));
        using BpfPerCpuArrayMap<ulong> counters = PinnedCounters();
        Assert.True(RunsOn(0, counters) && RunsOn(1, counters), "the programs do not run");

        _lab.Edge.Run(datapath.Uninstall);

        Assert.False(RunsOn(0, counters) || RunsOn(1, counters), "a program runs still");
        AssertNothingIsLeft();
    }

    [KernelTheory]
    [MemberData(nameof(Hooks))]
    public void Uninstalls_what_a_process_left_that_is_gone(TcAttachmentKind hook)
    {
        _lab.StartOnWan1(_lab.Settings(hook)).Dispose();
        using BpfPerCpuArrayMap<ulong> counters = PinnedCounters();

        Assert.True(_lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));

        Assert.False(RunsOn(0, counters) || RunsOn(1, counters), "a program runs still");
        AssertNothingIsLeft();
        Assert.False(_lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));
    }

    [KernelFact]
    public void Leaves_a_directory_that_was_there_before()
    {
        _lab.Start();
        string inner = Path.Combine(_lab.PinDirectory, "theirs");
        Directory.CreateDirectory(inner);

        _lab.Start(_lab.Settings() with { PinDirectory = inner }).Dispose();
        _lab.Edge.Run(_lab.Start(_lab.Settings() with { PinDirectory = inner }).Uninstall);

        Assert.Empty(Directory.EnumerateFileSystemEntries(inner));
        Directory.Delete(inner);
    }

    [KernelFact]
    public void Does_not_uninstall_what_a_process_runs()
    {
        _lab.StartOnWan1();

        Assert.Throws<BpfException>(() => _lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory)));

        using BpfPerCpuArrayMap<ulong> counters = PinnedCounters();
        Assert.True(RunsOn(0, counters), "the programs do not run");
    }

    [KernelFact]
    public void Stays_in_a_directory_of_a_file_system_that_is_there()
    {
        _lab.Start();
        string inner = Path.Combine(_lab.PinDirectory, "inner", "clovisor");

        BpfWanDatapath datapath = _lab.Start(_lab.Settings() with { PinDirectory = inner });
        _lab.Edge.Run(datapath.Uninstall);

        Assert.False(Directory.Exists(inner));
        Assert.True(File.Exists(Path.Combine(_lab.PinDirectory, "maps", "clv_layout")));
        Directory.Delete(Path.Combine(_lab.PinDirectory, "inner"));
    }

    [KernelFact]
    public void Changes_its_hook_from_one_life_to_the_next()
    {
        _lab.StartOnWan1(_lab.Settings(TcAttachmentKind.Clsact)).Dispose();
        BpfWanDatapath second = _lab.StartOnWan1(_lab.Settings(TcAttachmentKind.Tcx));
        Assert.DoesNotContain("clv_", _lab.Edge.Exec("tc", "filter", "show", "dev", "wan0", "egress"), StringComparison.Ordinal);
        second.Dispose();

        BpfWanDatapath third = _lab.StartOnWan1(_lab.Settings(TcAttachmentKind.Clsact));

        Assert.Empty(Directory.GetFiles(Path.Combine(_lab.PinDirectory, "hooks")));
        EchoClient client = _lab.Client(tcp: true, v6: false);
        third.Admit(client.Tuple, 0);
        client.Echo();
        Assert.Equal(WanLab.LinkSource(1, false), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Puts_nothing_in_force_of_a_plan_that_fails()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        DatapathPlan plan = _lab.Plan();
        DatapathPlan broken = plan with { Links = [plan.Links[0], plan.Links[1], _lab.Link(1) with { Name = "ghost", InterfaceIndex = 9999 }] };

        BpfException refusal = Assert.Throws<BpfException>(() => _lab.Apply(datapath, broken, WanLab.AllSlots(0)));

        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
        EchoClient client = _lab.Client(tcp: true, v6: false);
        Assert.Equal(1, datapath.Admit(client.Tuple, 0));
        client.Echo();
        Assert.Equal(WanLab.LinkSource(1, false), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Leaves_the_device_of_a_link_that_is_removed()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        DatapathPlan plan = _lab.Plan();

        _lab.Apply(datapath, plan with { Links = [plan.Links[0]] }, WanLab.AllSlots(0));

        using BpfPerCpuArrayMap<ulong> counters = PinnedCounters();
        Assert.True(RunsOn(0, counters), "the programs do not run on wan0");
        Assert.False(RunsOn(1, counters), "the programs run on wan1 still");
    }

    [KernelFact]
    public void Follows_a_device_that_is_made_anew()
    {
        BpfWanDatapath first = _lab.StartOnWan1();
        first.Dispose();
        _lab.Edge.Ip("link", "del", "wan1");
        _lab.Edge.AddVeth("wan1", _lab.Cloud, "c1");
        _lab.Edge.AddAddress("wan1", "10.9.1.1/24");
        _lab.Cloud.AddAddress("c1", "10.9.1.2/24");

        BpfWanDatapath second = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        second.Admit(client.Tuple, 0);
        client.Echo();

        Assert.Equal(WanLab.LinkSource(1, false), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Survives_the_loss_of_a_device_while_it_runs()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        DatapathPlan plan = _lab.Plan() with { Links = [_lab.Link(0)] };
        _lab.Edge.Ip("link", "del", "wan1");

        _lab.Apply(datapath, plan, WanLab.AllSlots(0));
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        _lab.Edge.Run(datapath.Uninstall);
        AssertNothingIsLeft("wan0");
    }

    [KernelFact]
    public void Keeps_next_hops_resolved_and_lets_go_of_them()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        Assert.Contains("managed", _lab.Edge.Ip("neigh", "show", "10.9.1.2", "dev", "wan1"), StringComparison.Ordinal);
        Assert.Contains("managed", _lab.Edge.Ip("-6", "neigh", "show", "fd09:1::2", "dev", "wan1"), StringComparison.Ordinal);

        _lab.Edge.Run(datapath.Uninstall);

        Assert.DoesNotContain("managed", _lab.Edge.Ip("neigh", "show"), StringComparison.Ordinal);
    }

    [KernelFact]
    public void Leaves_a_permanent_neighbour_as_it_is()
    {
        _lab.Edge.Ip("neigh", "add", "10.9.1.77", "lladdr", "02:00:00:00:00:77", "dev", "wan1", "nud", "permanent");
        DatapathPlan plan = _lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { NextHopV4 = System.Net.IPAddress.Parse("10.9.1.77") }] };

        BpfWanDatapath datapath = _lab.StartOnWan1(plan: plan);
        _lab.Edge.Run(datapath.Uninstall);

        Assert.Contains("02:00:00:00:00:77 PERMANENT", _lab.Edge.Ip("neigh", "show", "10.9.1.77", "dev", "wan1"), StringComparison.Ordinal);
    }

    private void ChangeLayout(Func<ClvLayout, ClvLayout> change)
    {
        using var layout = new BpfArrayMap<ClvLayout>(BpfMap.OpenPinned(Path.Combine(_lab.PinDirectory, "maps", "clv_layout")));
        layout[0] = change(layout[0]);
    }

    private (uint Link, uint Program) PinnedEgress()
    {
        string index = _lab.Edge.IndexOf("wan1").ToString(CultureInfo.InvariantCulture);
        using BpfLink link = BpfLink.OpenPinned(Path.Combine(_lab.PinDirectory, "hooks", $"{index}-egress"));
        return (link.Id, link.ReadInfo().ProgramId);
    }

    private BpfPerCpuArrayMap<ulong> PinnedCounters() =>
        new(BpfMap.OpenPinned(Path.Combine(_lab.PinDirectory, "maps", "clv_counters")));

    /// <summary>Whether packets of a device reach the programs, by what these count.</summary>
    private bool RunsOn(int link, BpfPerCpuArrayMap<ulong> counters)
    {
        // Other packets may come as well, so many are sent and the programs must have seen most of them.
        const int Pings = 50;
        ulong before = Sum(counters);
        _lab.Edge.Exec("ping", "-q", "-c", Pings.ToString(CultureInfo.InvariantCulture), "-i", "0.002", $"10.9.{link}.2");
        return Sum(counters) - before >= Pings;
    }

    private static ulong Sum(BpfPerCpuArrayMap<ulong> counters)
    {
        ulong sum = 0;
        for (int i = 0; i < counters.Count; i++)
        {
            sum += counters.Sum(i);
        }

        return sum;
    }

    private void AssertNothingIsLeft(params string[] devices)
    {
        foreach (string device in devices.Length == 0 ? ["wan0", "wan1"] : devices)
        {
            Assert.DoesNotContain("clsact", _lab.Edge.Exec("tc", "qdisc", "show", "dev", device), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_lab.PinDirectory), "the pin directory is left");
        Assert.DoesNotContain(_lab.PinDirectory, File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
    }
}
