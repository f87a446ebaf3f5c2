using System.Net;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>The proxy at the edge.</summary>
internal static class SidecarRole
{
    private const int ConnectAttempts = 20;
    private const int MaxPools = 1024;

    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--listen", "ADDRESS:PORT=ADDRESS:PORT", "where requests come in, and where they go") { Required = true, Repeatable = true },
        new("--mode", "report|tag", "whether sessions are reported to the agent, or tagged with the DSCP of their class", "report"),
        new("--agent", "PATH", "the unix socket of the agent's session API, in report mode", "/run/clovisor/clovisor.sock"),
        new("--config", "FOLDER", "the YAML of the rules, in tag mode"),
        new("--namespace", "NAME", "the Kubernetes namespace of the proxy, in tag mode", "default"),
        new("--report-limit", "TIME", "how long a connection waits for the agent", "20ms"),
        new("--connect-limit", "TIME", "how long one attempt to connect may take", "250ms"),
        new("--idle", "TIME", "an unused connection is closed after this time", "10s"),
        new("--lifetime", "TIME", "a connection takes no further request after this time", "60s"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var listeners = arguments.All("--listen").Select(pair => Listener(arguments, pair)).ToDictionary(l => l.Here, l => l.There);
        WebApplicationBuilder builder = RoleServer.CreateBuilder(kestrel => listeners.Keys.ToList().ForEach(kestrel.Listen));
        builder.Services.AddHttpForwarder();
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        bool tag = arguments.Get("--mode") == "tag";
        if (tag)
        {
            builder.Services
                .AddClovisor(clovisor => clovisor.ProxyNamespace = arguments.Get("--namespace"))
                .AddYamlFolder(arguments.Find("--config") ?? throw EdgeHostException.Usage("sidecar", "--mode tag needs --config", "Name the folder of the rules"));
        }

        WebApplication app = builder.Build();
        TimeProvider time = TimeProvider.System;
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Clovisor.EdgeHost.Sidecar");
        using ReportingClassifier? reporting = tag
            ? null
            : new ReportingClassifier(new AgentClient(arguments.Get("--agent")), arguments.Duration("--report-limit"), time, log);
        IConnectionClassifier classifier = reporting is not null
            ? reporting
            : new TaggingClassifier(app.Services.GetRequiredService<SnapshotStore>(), app.Services.GetRequiredService<RequestClassifier>());
        var connector = new UpstreamConnector(classifier, arguments.Duration("--connect-limit"), ConnectAttempts, time, log);
        using var pools = new UpstreamPools(
            classifier, connector, new PoolLimits(arguments.Duration("--idle"), arguments.Duration("--lifetime"), MaxPools), time);
        var proxy = new SidecarProxy(app.Services.GetRequiredService<IHttpForwarder>(), pools, app.Services.GetRequiredService<ILogger<SidecarProxy>>());
        app.Run(context => proxy.HandleAsync(context, listeners[new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort)]));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task background = Task.WhenAll(reporting?.RunAsync(stop.Token) ?? Task.CompletedTask, pools.RunAsync(stop.Token));
        await RoleServer.ServeAsync(app, cancellationToken).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static (IPEndPoint Here, IPEndPoint There) Listener(Arguments arguments, string pair) =>
        pair.Split('=') is [{ } here, { } there]
            ? (arguments.EndPoint("--listen", here), arguments.EndPoint("--listen", there))
            : throw arguments.Bad("--listen", pair, "two addresses with ports, such as 10.9.128.1:15001=10.96.1.1:80");
}
