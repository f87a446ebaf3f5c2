using System.Text.Json;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;
using Clovisor.KubernetesLab;
using Clovisor.Testing;

namespace Clovisor.EdgeHost.Tests.Demo;

/// <summary>The demo with two real API servers and two real Envoys: run whole, interrupted, and killed.</summary>
[Collection(nameof(OneDemoAtATime))]
public sealed class ClusterDemoTests
{
    // Steps whose promise has a limit of time, or needs a start within that of a transfer: those are the demo's own to judge, on a machine that is not busy with tests.
    private static readonly string[] Timed =
    [
        "wan1 loses its carrier", "wan1 goes silent, its carrier stays", "wan1 is back", "kubectl get wanlinks", "VirtualService changed by the API server (minion and boss change places)",
        "the host is killed with SIGKILL and started again",
    ];

    private static LabNames Names => LabNames.Demo;

    [KernelFact]
    public async Task Everything_comes_from_two_clusters_and_nothing_is_left()
    {
        await SkipUnlessPossibleAsync();
        string file = Path.GetTempFileName();
        try
        {
            await using DemoProcess demo = DemoProcess.Start("--cluster", "--json", file);
            (int code, string said) = await demo.EndAsync();
            TestContext.Current.TestOutputHelper?.WriteLine(said);
            Assert.True(code is 0 or 1, said);

            Verdict verdict = JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), EdgeJson.Default.Verdict)!;
            Assert.Equal(12, verdict.Steps.Count);
            Assert.All(Timed, name => Assert.Contains(verdict.Steps, step => step.Name == name));
            Assert.Empty(verdict.Steps.Where(step => !step.Pass && !Timed.Contains(step.Name)).Select(step => $"{step.Name}: {step.Measured}"));
            Assert.Empty(LabResidue.Find(Names));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [KernelFact]
    public async Task Interrupted_it_removes_both_clusters()
    {
        await SkipUnlessPossibleAsync();
        await using DemoProcess demo = await WithClustersAsync();
        await demo.InterruptAsync();
        (int code, string said) = await demo.EndAsync();

        Assert.True(code == 130, said);
        Assert.Contains("everything that was made is removed", said, StringComparison.Ordinal);
        Assert.Empty(LabResidue.Find(Names));
        Assert.False(Directory.Exists(Names.RunDirectory));
    }

    [KernelFact]
    public async Task Killed_it_takes_the_api_servers_along_and_the_rest_is_found_later()
    {
        await SkipUnlessPossibleAsync();
        await using DemoProcess demo = await WithClustersAsync();
        demo.Kill();
        await demo.EndAsync();
        long killed = TimeProvider.System.GetTimestamp();
        while (LabProcesses.Find(Names).Any(process => process.Command.Contains("kube-apiserver", StringComparison.Ordinal) || process.Command.Contains("etcd", StringComparison.Ordinal)))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(killed) < TimeSpan.FromSeconds(30), "an API server outlives the demo");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        (int code, string removed, string error) = await Tool.TryRunAsync(DemoProcess.Executable, ["clean"], null, TestContext.Current.CancellationToken);
        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains($"removed namespace {Names.Edge}", removed, StringComparison.Ordinal);
        Assert.Empty(LabResidue.Find(Names));
        Assert.False(Directory.Exists(Names.RunDirectory));
    }

    /// <summary>A demo whose two API servers run.</summary>
    private static async Task<DemoProcess> WithClustersAsync()
    {
        DemoProcess demo = DemoProcess.Start("--cluster");
        long started = TimeProvider.System.GetTimestamp();
        while (LabProcesses.Find(Names).Count(process => process.Command.Contains("kube-apiserver", StringComparison.Ordinal) && process.Command.Contains("trap", StringComparison.Ordinal)) < 2)
        {
            Assert.False(demo.HasExited, "the demo ended by itself");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2), "the API servers are not started");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return demo;
    }

    private static async Task SkipUnlessPossibleAsync()
    {
        Assert.SkipWhen(ApiServerPrograms.Missing is not null, ApiServerPrograms.Missing ?? "");
        Assert.SkipWhen(await EnvoyBinary.TryFindAsync(TestContext.Current.CancellationToken) is null, "needs Envoy: name it in CLOVISOR_ENVOY");
    }
}
