using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;
using Clovisor.Hosting.Envoy;
using Spectre.Console;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The orchestrator.</summary>
internal static class DemoRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--mode", "report|tag", "whether the proxy reports sessions to Clovisor or tags their packets", "report"),
        new("--proxy", "auto|envoy|yarp", "the proxy at the edge: Envoy, the sidecar of this executable, or Envoy where one is found", "auto"),
        new("--json", "FILE", "where the verdict is written as JSON"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        string? file = arguments.Find("--json");
        if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw arguments.Bad("--json", file, $"in a folder that exists: there is no '{folder}'");
        }

        Privilege.Require("make the lab of the demo");
        Privilege.RequireTools("ip", "nft", "mount", "umount");
        string? envoy = arguments.Get("--proxy") switch
        {
            "yarp" => null,
            "envoy" => await EnvoyBinary.FindAsync(cancellationToken).ConfigureAwait(false),
            _ => await EnvoyBinary.TryFindAsync(cancellationToken).ConfigureAwait(false),
        };
        var settings = new DemoSettings(arguments.Get("--mode") == "tag", envoy is not null);
        IDemoProxy proxy = envoy is null ? new SidecarDemoProxy(settings) : new EnvoyDemoProxy(envoy, settings.Tag ? EnvoyMode.Tag : EnvoyMode.Report);
        IDemoView view = Console.IsOutputRedirected ? new PlainView(Console.Out) : new LiveView(AnsiConsole.Console);
        Verdict verdict;
        try
        {
            verdict = await view.HoldAsync(() => new DemoRun(settings, proxy, view).RunAsync(cancellationToken)).ConfigureAwait(false);
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
}
