using System.Net.Http.Json;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The lab with its players: server, proxy, agent, clients. What the steps act on.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    // One request may go right by chance; so many, over several connections, do not.
    private const int InARow = 5;

    private readonly EdgeLab _lab;
    private readonly HttpClient _cloud;
    private readonly IDemoProxy _proxy;
    private readonly List<LabProcess> _servers = [];
    private LabProcess? _agent;
    private int _clients;

    public DemoStage(EdgeLab lab, DemoSettings settings, IDemoConfiguration configuration, IDemoProxy proxy, IDemoView view)
    {
        _lab = lab;
        _proxy = proxy;
        Settings = settings;
        View = view;
        Configuration = configuration;
        Agent = new AgentClient(lab.Names.AgentSocket);
        _cloud = UnixSocketClient.Create(lab.Names.CloudSocket);
    }

    public DemoSettings Settings { get; }

    public IDemoView View { get; }

    public IDemoConfiguration Configuration { get; }

    public AgentClient Agent { get; }

    public LinkFaults Faults => _lab.Faults;

    public LabNames Names => _lab.Names;

    /// <summary>Server and proxy; the agent is started by the steps.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Configuration.InstallAsync(cancellationToken).ConfigureAwait(false);
        LabProcess cloud = LabProcess.Start(Names, Names.Cloud, "cloud", SelfCommand.For("cloud", ["--control", Names.CloudSocket, .. Configuration.ServerArguments]));
        _servers.Add(cloud);
        _servers.AddRange(await _proxy.StartAsync(Names, cancellationToken).ConfigureAwait(false));
        await cloud.WaitForLineAsync(RoleServer.ReadyLine, StartLimit, cancellationToken).ConfigureAwait(false);
        await using ClientRun run = Run(ClientOrder.Watch);
        if (await run.FirstAsync(s => s.Succeeded, StartLimit, cancellationToken).ConfigureAwait(false) is null)
        {
            _servers.ForEach(server => server.ThrowIfEnded());
            throw new LabException($"no request got through the proxy within {StartLimit.TotalSeconds:0} s", run.Samples is [.., { } last] ? last.Error! : "the client sent none");
        }
    }

    /// <returns>The time until it was ready.</returns>
    public async Task<TimeSpan> StartAgentAsync(CancellationToken cancellationToken)
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync().ConfigureAwait(false);
        }

        long started = TimeProvider.System.GetTimestamp();
        _agent = LabProcess.Start(
            Names, Names.Edge, "agent",
            SelfCommand.For("agent", [.. Configuration.HostArguments, "--socket", Names.AgentSocket, "--pin", Path.Combine(Names.BpfDirectory, "clovisor"), "--namespace", "app"]));
        while (!await Agent.IsReadyAsync(cancellationToken).ConfigureAwait(false))
        {
            _agent.ThrowIfEnded();
            if (TimeProvider.System.GetElapsedTime(started) > StartLimit)
            {
                throw _agent.Failure($"was not ready within {StartLimit.TotalSeconds:0} s");
            }

            await PauseAsync(20, cancellationToken).ConfigureAwait(false);
        }

        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>Session reports that agents had received before they were killed.</summary>
    public long ReportsBeforeRestart { get; private set; }

    /// <summary>SIGKILL: nothing of the agent gets a chance to tidy up.</summary>
    public async Task KillAgentAsync(CancellationToken cancellationToken)
    {
        ReportsBeforeRestart += (await Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Reports;
        await _agent!.KillAsync().ConfigureAwait(false);
    }

    /// <summary>The proxy follows the rules by itself, or is told of them here.</summary>
    public Task RulesChangedAsync(CancellationToken cancellationToken) => _proxy.RulesChangedAsync(Names, cancellationToken);

    public ClientRun Run(ClientOrder order)
    {
        _servers.ForEach(server => server.ThrowIfEnded());
        return new ClientRun(LabProcess.Start(
            Names, Names.App, $"client-{++_clients}",
            SelfCommand.For("client", ["--via", $"{LabAddresses.EdgeLan}:{(order.IPv6 ? LabAddresses.SidecarPortV6 : LabAddresses.SidecarPort)}", "--authority", Configuration.Authority, .. order.Arguments()])));
    }

    public async Task<TrafficSnapshot> TrafficAsync(CancellationToken cancellationToken)
    {
        // Bytes first: a connection that is counted has by then been recorded, or will show no user and be told.
        IReadOnlyList<FlowBytes> flows = await _lab.Tap.ReadAsync(cancellationToken).ConfigureAwait(false);
        ConnectionRecord[] records = await _cloud
            .GetFromJsonAsync("/", EdgeJson.Default.ConnectionRecordArray, cancellationToken).ConfigureAwait(false) ?? [];
        return new TrafficSnapshot(flows, records);
    }

    /// <summary>Waits until new requests of both users leave as wanted: what was started has taken hold.</summary>
    /// <returns>The time it took, or null when it did not happen.</returns>
    public async Task<TimeSpan?> SettleAsync(LabLink boss, LabLink minion, TimeSpan limit, CancellationToken cancellationToken, bool ipv6 = false)
    {
        long started = TimeProvider.System.GetTimestamp();
        await using ClientRun run = Run(ClientOrder.Watch with { IPv6 = ipv6 });
        bool Settled(string user, LabLink link) =>
            run.Samples.Where(s => s.User == user).TakeLast(InARow).Count(s => s.Succeeded && s.Link == link) == InARow;
        return await run.FirstAsync(_ => Settled(DemoUser.Boss, boss) && Settled(DemoUser.Minion, minion), limit, cancellationToken).ConfigureAwait(false) is null
            ? null
            : TimeProvider.System.GetElapsedTime(started);
    }

    public static Task PauseAsync(int milliseconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync().ConfigureAwait(false);
        }

        foreach (LabProcess server in _servers)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        await Configuration.DisposeAsync().ConfigureAwait(false);
        Agent.Dispose();
        _cloud.Dispose();
    }
}
