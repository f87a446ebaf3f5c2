using System.Text.Json;
using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;
using Clovisor.Hosting.Envoy;
using Clovisor.KubernetesLab;
using Spectre.Console;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The orchestrator.</summary>
internal static class DemoRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--mode", "report|tag", "whether the proxy reports sessions to Clovisor or tags their packets", "report"),
        new("--proxy", "auto|envoy|yarp", "the proxy at the edge: Envoy, the sidecar of this executable, or Envoy where one is found", "auto"),
        new("--cluster", "", "read everything from two real API servers, one at each site, instead of a folder; needs Envoy, etcd and kube-apiserver"),
        new("--json", "FILE", "where the verdict is written as JSON"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        string? file = arguments.Find("--json");
        if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw arguments.Bad("--json", file, $"in a folder that exists: there is no '{folder}'");
        }

        bool clusters = arguments.Has("--cluster");
        if (clusters && (arguments.Get("--mode") == "tag" || arguments.Get("--proxy") == "yarp"))
        {
            throw EdgeHostException.Usage(arguments.Role, "--cluster goes with Envoy in report mode alone", "Leave out --mode and --proxy");
        }

        Privilege.Require("make the lab of the demo");
        Privilege.RequireTools("ip", "nft", "mount", "umount");
        string? envoy = arguments.Get("--proxy") switch
        {
            "yarp" => null,
            "envoy" => await EnvoyBinary.FindAsync(cancellationToken).ConfigureAwait(false),
            _ => await EnvoyBinary.TryFindAsync(cancellationToken).ConfigureAwait(false),
        };
        var settings = new DemoSettings(arguments.Get("--mode") == "tag", envoy is not null, clusters);
        IDemoView view = Console.IsOutputRedirected ? new PlainView(Console.Out) : new LiveView(AnsiConsole.Console);
        (IDemoConfiguration configuration, IDemoProxy proxy) = clusters ? OfClusters(envoy, view) : OfFolder(settings, envoy);
        Verdict verdict;
        try
        {
            verdict = await view.HoldAsync(() => new DemoRun(settings, configuration, proxy, view).RunAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            IReadOnlyList<string> left = LabResidue.Find(LabNames.Demo);
            await Console.Error.WriteLineAsync(
                $"EdgeHost: interrupted; {(left.Count == 0 ? "everything that was made is removed" : $"still there: {string.Join(", ", left)}")}").ConfigureAwait(false);
            throw;
        }

        view.Conclude(verdict);
        if (file is not null)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(verdict, EdgeJson.Default.Verdict) + "\n", CancellationToken.None).ConfigureAwait(false);
        }

        return verdict.Result == "pass" ? 0 : RoleTable.Failed;
    }

    private static (IDemoConfiguration Configuration, IDemoProxy Proxy) OfFolder(DemoSettings settings, string? envoy) => (
        new DemoConfiguration(LabNames.Demo), envoy is null ? new SidecarDemoProxy(settings) : new EnvoyDemoProxy(envoy, settings.Tag ? EnvoyMode.Tag : EnvoyMode.Report));

    private static (IDemoConfiguration Configuration, IDemoProxy Proxy) OfClusters(string? envoy, IDemoView view)
    {
        const string Tried = "cannot run the demo with two clusters";
        if (ApiServerPrograms.Missing is { } missing)
        {
            throw new EdgeHostException(Tried, $"it {missing}", "Nothing was made. Without --cluster the demo needs none of this") { ExitCode = ExitCodes.PartMissing };
        }

        if (envoy is null)
        {
            throw new EdgeHostException(Tried, "there is no Envoy", $"Install Envoy 1.31 or later, or name it in {EnvoyBinary.Variable}. Nothing was made") { ExitCode = ExitCodes.PartMissing };
        }

        var clusters = new ClusterConfiguration(LabNames.Demo, view);
        return (clusters, new ClusterDemoProxy(envoy, clusters));
    }
}
