using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>The lab with the cloud's server, the host, and as many Envoys as a section wants.</summary>
internal sealed class ReportStage(LabNames names, string envoy, CgroupMount group) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string Host = Path.Combine(AppContext.BaseDirectory, "EdgeHost");
    private static readonly string Self = Environment.ProcessPath!;

    private readonly Dictionary<int, LabProcess> _envoys = [];
    private readonly HttpClient _records = UnixSocketClient.Create(names.CloudSocket);
    private readonly HttpClient _links = UnixSocketClient.Create(names.AgentSocket);
    private LabProcess? _cloud;
    private LabProcess? _agent;
    private int _runs;
    private int _port = LabAddresses.SidecarPort;

    public PacketTap Tap { get; } = new(names);

    public LabNames Names => names;

    public string AccessLogSocket => Path.Combine(names.RunDirectory, "log.sock");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Tap.InstallAsync(cancellationToken).ConfigureAwait(false);
        _cloud = LabProcess.Start(names, names.Cloud, "cloud", [Host, "cloud", "--control", names.CloudSocket, "--http2-port", "81"]);
        await _cloud.WaitForLineAsync(RoleServer.ReadyLine, Limit, cancellationToken).ConfigureAwait(false);
    }

    public async Task StartAgentAsync(string addressing, CancellationToken cancellationToken)
    {
        ReportFolder.Write(names, addressing);
        _agent = LabProcess.Start(
            names, names.Edge, "agent",
            [Host, "agent", "--config", names.ConfigDirectory, "--socket", names.AgentSocket, "--access-log", AccessLogSocket, "--pin", Path.Combine(names.BpfDirectory, "clovisor"), "--namespace", "app", "--proxy-cgroup", group.Path]);
        await _agent.WaitForLineAsync(RoleServer.ReadyLine, Limit, cancellationToken).ConfigureAwait(false);
        long started = TimeProvider.System.GetTimestamp();
        while ((await _links.GetStringAsync("/v1/links", cancellationToken).ConfigureAwait(false)).Split("\"state\":\"Up\"").Length != LabAddresses.Links.Count + 1)
        {
            _agent.ThrowIfEnded();
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw _agent.Failure($"did not find both links up within {Limit.TotalSeconds:0} s");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAgentAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync().ConfigureAwait(false);
            _agent = null;
        }
    }

    public static IPEndPoint ServiceOf(EnvoySettings settings) => new(IPAddress.Parse(LabAddresses.ServiceV4), settings.UpstreamHttp2 ? 81 : LabAddresses.ServicePort);

    /// <summary>Starts an Envoy in the proxies' control group and waits until it listens.</summary>
    /// <returns>Its port.</returns>
    public async Task<int> StartEnvoyAsync(string name, EnvoyMode? mode, EnvoySettings settings, CancellationToken cancellationToken)
    {
        int port = _port++;
        settings = settings with
        {
            Listen = new IPEndPoint(IPAddress.Parse(LabAddresses.EdgeLan), port),
            Upstream = ServiceOf(settings),
        };
        EnvoyRules rules = RuleFolder.Read(names.ConfigDirectory, new IstioProxy { Namespace = "app" }, LabAddresses.ServicePort);

        // Without classes and rules, tag mode is a proxy that does nothing else.
        string yaml = mode is { } chosen ? EnvoyConfiguration.Render(chosen, rules, settings) : EnvoyConfiguration.Render(EnvoyMode.Tag, new EnvoyRules(), settings);
        string file = Path.Combine(names.RunDirectory, $"envoy-{port}.yaml");
        await File.WriteAllTextAsync(file, yaml, cancellationToken).ConfigureAwait(false);
        LabProcess process = LabProcess.Start(
            names, names.Edge, $"envoy-{name}-{port}",
            group.Command(envoy, "-c", file, "--concurrency", "1", "--disable-hot-restart", "--use-dynamic-base-id", "--log-level", "warn"));
        _envoys[port] = process;
        long started = TimeProvider.System.GetTimestamp();
        while ((await Tool.RunAsync("ip", ["netns", "exec", names.Edge, "ss", "-Hltn", $"sport = :{port}"], null, cancellationToken).ConfigureAwait(false)).Length == 0)
        {
            process.ThrowIfEnded();
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw process.Failure($"did not listen within {Limit.TotalSeconds:0} s");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        return port;
    }

    public async Task StopEnvoyAsync(int port)
    {
        if (_envoys.Remove(port, out LabProcess? process))
        {
            await process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A load, and what its packets did.</summary>
    public async Task<(LoadResult Load, PacketCount Count)> CountedAsync(Func<Task<LoadResult>> run, CancellationToken cancellationToken, bool tagged = true)
    {
        await Tap.ClearAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ConnectionRecord> before = await RecordsAsync(cancellationToken).ConfigureAwait(false);
        LoadResult load = await run().ConfigureAwait(false);
        IReadOnlyList<SeenPackets> seen = await Tap.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (load, PacketCount.Of(seen, before, await RecordsAsync(cancellationToken).ConfigureAwait(false), user => ReportClass.Of(user).Link.Device, tagged));
    }

    public async Task<LoadResult> LoadAsync(int port, bool http2, int requests, int connections, int rate, CancellationToken cancellationToken)
    {
        await using LabProcess load = StartLoad(port, http2, requests, connections, rate, rate > 0 ? 30 : 0, null);
        return await ResultOfAsync(load, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A load whose clients each send some requests first and then wait for the others.</summary>
    /// <param name="warm">What is done while they wait.</param>
    public async Task<LoadResult> LoadInTwoPartsAsync(int port, bool http2, int requests, int connections, Func<Task> warm, CancellationToken cancellationToken)
    {
        string go = Path.Combine(names.RunDirectory, "go");
        File.Delete(go);
        await using LabProcess load = StartLoad(port, http2, requests, connections, 0, 4 * ReportClass.All.Count, go);
        await load.WaitForLineAsync(LoadRole.WarmLine, Limit, cancellationToken).ConfigureAwait(false);
        await warm().ConfigureAwait(false);
        await File.WriteAllTextAsync(go, "", cancellationToken).ConfigureAwait(false);
        return await ResultOfAsync(load, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AgentSession>> SessionsAsync(CancellationToken cancellationToken) =>
        (await _links.GetFromJsonAsync("/v1/sessions", EdgeJson.Default.AgentSessionList, cancellationToken).ConfigureAwait(false))!.Sessions;

    private LabProcess StartLoad(int port, bool http2, int requests, int connections, int rate, int warmUp, string? go)
    {
        int run = ++_runs;
        return LabProcess.Start(
            names, names.App, $"load-{run}",
            [
                Self, "load", "--via", $"{LabAddresses.EdgeLan}:{port}", "--protocol", http2 ? "http2" : "http1", "--requests", $"{requests}",
                "--connections", $"{connections}", "--rate", $"{rate}", "--seed", $"{run}", "--warm-up", $"{warmUp}", .. go is null ? Array.Empty<string>() : ["--go", go],
            ]);
    }

    private static async Task<LoadResult> ResultOfAsync(LabProcess load, CancellationToken cancellationToken)
    {
        int code = await load.WaitAsync(cancellationToken).ConfigureAwait(false);
        return code == 0 && load.Lines.TryRead(out string? line)
            ? JsonSerializer.Deserialize(line, ReportJson.Default.LoadResult)!
            : throw load.Failure($"ended with exit code {code}");
    }

    public async Task ForgeAsync(CancellationToken cancellationToken)
    {
        await using LabProcess forger = LabProcess.Start(names, names.Edge, "forger", [Self, "forge"]);
        int code = await forger.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (code != 0)
        {
            throw forger.Failure($"ended with exit code {code}");
        }
    }

    /// <summary>Prints what the host knows of its links and has logged: packets that went astray may have had a reason.</summary>
    public async Task ExplainAsync(CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync(await _links.GetStringAsync("/v1/links", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        await Console.Error.WriteLineAsync(await File.ReadAllTextAsync(Path.Combine(names.LogDirectory, "agent.log"), cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ConnectionRecord>> RecordsAsync(CancellationToken cancellationToken) =>
        await _records.GetFromJsonAsync("/", EdgeJson.Default.ConnectionRecordArray, cancellationToken).ConfigureAwait(false) ?? [];

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync().ConfigureAwait(false);
        }

        foreach (LabProcess process in _envoys.Values)
        {
            await process.DisposeAsync().ConfigureAwait(false);
        }

        if (_cloud is not null)
        {
            await _cloud.DisposeAsync().ConfigureAwait(false);
        }

        _records.Dispose();
        _links.Dispose();
    }
}
