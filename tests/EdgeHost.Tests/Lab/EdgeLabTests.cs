using System.Globalization;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.Testing;

namespace Clovisor.EdgeHost.Tests.Lab;

public sealed class EdgeLabTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [KernelFact]
    public async Task A_lab_leaves_nothing_behind()
    {
        LabNames names = Names();
        await using (EdgeLab lab = await EdgeLab.CreateAsync(names, Token))
        {
            Assert.All(names.Namespaces, n => Assert.True(Namespaces.Exists(n)));
            Assert.NotEmpty(LabResidue.Find(names));
        }

        Assert.Empty(LabResidue.Find(names));
        Assert.False(Directory.Exists(names.RunDirectory));
    }

    [KernelFact]
    public async Task The_next_lab_removes_what_a_killed_one_left()
    {
        LabNames names = Names();
        Directory.CreateDirectory(names.BpfDirectory);
        await Tool.RunAsync("mount", ["-t", "bpf", "left", names.BpfDirectory], null, Token);
        await Namespaces.IpAsync(null, $"netns add {names.Edge}\n", Token);
        Directory.CreateDirectory(names.LogDirectory);
        Directory.CreateDirectory(names.ProcessDirectory);
        await using LabProcess process = LabProcess.Start(names, names.Edge, "left", ["sleep", "600"]);
        await UntilItRunsAsync(names);

        await using (EdgeLab lab = await EdgeLab.CreateAsync(names, Token))
        {
            Assert.Contains(lab.Swept, s => s.StartsWith("process", StringComparison.Ordinal));
            Assert.Contains($"namespace {names.Edge}", lab.Swept);
            Assert.Contains($"mount {names.BpfDirectory}", lab.Swept);
            Assert.True(process.HasExited);
        }

        Assert.Empty(LabResidue.Find(names));
    }

    // A process that is just being executed has no environment to be known by.
    private static async Task UntilItRunsAsync(LabNames names)
    {
        while (!LabProcesses.Find(names).Any(static p => p.Command == "sleep 600"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Token);
        }
    }

    [KernelFact]
    public async Task A_second_lab_of_the_same_name_is_refused_and_disturbs_nothing()
    {
        LabNames names = Names();
        await using EdgeLab lab = await EdgeLab.CreateAsync(names, Token);
        EdgeHostException e = await Assert.ThrowsAsync<EdgeHostException>(() => EdgeLab.CreateAsync(names, Token));

        Assert.Contains("another demo holds it", e.Message, StringComparison.Ordinal);
        Assert.All(names.Namespaces, n => Assert.True(Namespaces.Exists(n)));
    }

    [KernelFact]
    public async Task Traffic_takes_wan0_and_is_counted_there()
    {
        LabNames names = Names();
        await using EdgeLab lab = await EdgeLab.CreateAsync(names, Token);

        // Nobody listens: a SYN there, a reset back, both counted.
        await Tool.TryRunAsync("ip", ["netns", "exec", names.Edge, "bash", "-c", $"exec 3<>/dev/tcp/{LabAddresses.ServiceV4}/80"], null, Token);
        await Tool.TryRunAsync("ip", ["netns", "exec", names.Edge, "bash", "-c", $"exec 3<>/dev/tcp/{LabAddresses.ServiceV6}/80"], null, Token);

        IReadOnlyList<FlowBytes> flows = await lab.Tap.ReadAsync(Token);
        Assert.Equal(2, flows.Count);
        Assert.All(flows, f => Assert.Equal("wan0", f.Device));
        Assert.All(flows, f => Assert.True(f is { Up: >= 60, Down: >= 40 }));
        Assert.All(flows, f => Assert.Equal(LabAddresses.Wan0, LabAddresses.LinkOf(f.Peer.Address)));
    }

    [KernelFact]
    public async Task A_lab_of_four_links_counts_on_each_of_them()
    {
        LabNames names = Names();
        await using EdgeLab lab = await EdgeLab.CreateAsync(names, LabAddresses.All, Token);

        foreach (LabLink link in LabAddresses.All)
        {
            await Namespaces.IpAsync(names.Edge, $"route replace default via {link.CloudV4} dev {link.Device} metric 1\n", Token);
            await Tool.TryRunAsync("ip", ["netns", "exec", names.Edge, "bash", "-c", $"exec 3<>/dev/tcp/{LabAddresses.ServiceV4}/80"], null, Token);
        }

        IReadOnlyList<FlowBytes> flows = await lab.Tap.ReadAsync(Token);
        Assert.Equal(LabAddresses.All, flows.Select(f => LabAddresses.LinkOf(f.Peer.Address)).OrderBy(l => l!.Device));
        Assert.All(flows, f => Assert.Equal(LabAddresses.LinkOf(f.Peer.Address)!.Device, f.Device));
    }

    [KernelFact]
    public async Task A_cut_takes_the_carrier_and_silence_does_not()
    {
        LabNames names = Names();
        await using EdgeLab lab = await EdgeLab.CreateAsync(names, Token);
        Assert.Equal(1, await CarrierAsync());

        await lab.Faults.SwallowAsync(LabAddresses.Wan1, Token);
        Assert.Equal(1, await CarrierAsync());
        Assert.NotEqual(0, (await PingAsync(names)).Code);
        await lab.Faults.ReleaseAsync(Token);
        Assert.Equal(0, (await PingAsync(names)).Code);

        await lab.Faults.CutAsync(LabAddresses.Wan1, Token);
        Assert.Equal(0, await CarrierAsync());
        await lab.Faults.PlugAsync(LabAddresses.Wan1, Token);
        Assert.Equal(1, await CarrierAsync());

        async Task<int> CarrierAsync() => int.Parse(
            await Tool.RunAsync("ip", ["netns", "exec", names.Edge, "cat", "/sys/class/net/wan1/carrier"], null, Token), CultureInfo.InvariantCulture);
    }

    [KernelFact]
    public async Task A_tool_that_refuses_is_quoted_with_the_line_that_it_refused()
    {
        LabException e = await Assert.ThrowsAsync<LabException>(() => Namespaces.IpAsync(null, "link show dev lo\nlink show dev clvt-none\n", Token));

        Assert.Contains("'ip -batch -' ended with exit code", e.Message, StringComparison.Ordinal);
        Assert.Contains("that line: link show dev clvt-none", e.Message, StringComparison.Ordinal);
    }

    // A connection that is refused says as well as an echo that packets pass, and needs no ping program.
    private static Task<(int Code, string Output, string Error)> PingAsync(LabNames names) => Tool.TryRunAsync(
        "ip", ["netns", "exec", names.Edge, "bash", "-c", $"timeout 0.5 bash -c 'exec 3<>/dev/tcp/{LabAddresses.Wan1.CloudV4}/9'; test $? -ne 124"], null, Token);

    private static LabNames Names()
    {
        string name = $"clvt-{Environment.ProcessId:x}{Random.Shared.Next(0x1000):x}";
        return new LabNames(name, $"/run/{name}");
    }
}
