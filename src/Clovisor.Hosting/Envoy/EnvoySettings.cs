using System.Net;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Envoy;

/// <summary>What Envoy's configuration is generated for. Immutable.</summary>
public sealed record EnvoySettings
{
    /// <summary>The cluster of requests that belong to no class.</summary>
    public const string DefaultCluster = "unclassified";

    /// <summary>The cluster of the session API.</summary>
    public const string AgentCluster = "clovisor_agent";

    /// <summary>The cluster of the access log service.</summary>
    public const string AccessLogCluster = "clovisor_log";

    /// <summary>Where Envoy listens for plain HTTP, HTTP/1.1 and HTTP/2 alike. Manifests take no notice of it.</summary>
    /// <value>The default is 127.0.0.1:15001.</value>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 15_001);

    /// <summary>Where the requests go. Manifests take no notice of it.</summary>
    /// <value>The default is <see langword="null"/>; whole configurations need it.</value>
    public IPEndPoint? Upstream { get; init; }

    /// <summary>Whether connections to <see cref="Upstream"/> speak HTTP/2 from the first byte on. Manifests take no notice of it.</summary>
    /// <value>The default is <see langword="false"/>: HTTP/1.1.</value>
    public bool UpstreamHttp2 { get; init; }

    /// <summary>The mutual TLS of connections to <see cref="Upstream"/>. Manifests take no notice of it.</summary>
    /// <value>The default is <see langword="null"/>: no TLS.</value>
    public EnvoyUpstreamTls? UpstreamTls { get; init; }

    /// <summary>In tag mode: the file that the routes are read from, and again whenever it is replaced; <see cref="EnvoyConfiguration.RenderRoutes"/> writes it. An absolute path.</summary>
    /// <value>The default is <see langword="null"/>: the routes are part of the configuration.</value>
    public string? RoutesFile { get; init; }

    /// <summary>The port whose route table is asked: that of the mesh service, whatever port Envoy itself listens on.</summary>
    /// <value>The default is 80. Must be from 1 to 65,535.</value>
    public int RoutePort { get; init; } = 80;

    /// <summary>The unix socket of the session API.</summary>
    /// <value>The default is <c>/run/clovisor/clovisor.sock</c>.</value>
    public string AgentSocket { get; init; } = "/run/clovisor/clovisor.sock";

    /// <summary>In report mode: the unix socket of the host's access log service, <see cref="Configuration.SessionApiOptions.AccessLogSocketPath"/>. Set, nothing is tagged: connections are kept
    /// apart by class, and each is reported with its 5-tuple by Envoy's log of upstream requests as its first request leaves. For classes that no tag can carry, where no request may wait
    /// for its connection as <see cref="EnvoyMode.Exact"/> has it.</summary>
    /// <value>The default is <see langword="null"/>: connections are tagged.</value>
    public string? AccessLogSocket { get; init; }

    /// <summary>How long a request waits for the class at most.</summary>
    /// <value>The default is 20 ms. Whole milliseconds, 1 ms to 1 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>In exact mode: how long a request waits at most until its connection is open. Longer than a round trip to the server.</summary>
    /// <value>The default is 250 ms. Whole milliseconds, 1 ms to 1 s.</value>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a connection to <see cref="Upstream"/> may take to open.</summary>
    /// <value>The default is 250 ms. Whole milliseconds, 1 ms to 1 min.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long nothing is asked after a failure.</summary>
    /// <value>The default is 1 s. Whole milliseconds, 100 ms to 1 min.</value>
    public TimeSpan HoldOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer is used again for the same fields: a change of the rules has taken hold after that time.</summary>
    /// <value>The default is 10 s. Whole milliseconds, 100 ms to 1 h.</value>
    public TimeSpan RememberFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many upstream connections a class has at most.</summary>
    /// <value>The default is 128. Must be from 1 to 16,384; source ports are at least four times as many, since closed ones rest. Of no effect with <see cref="AccessLogSocket"/>,
    /// where clients have pools of their own.</value>
    public int MaxConnections { get; init; } = 128;

    /// <summary>The ports that the kernel gives to connections in Envoy's network namespace, <c>net.ipv4.ip_local_port_range</c> there. Source ports of classes must lie within:
    /// the kernel takes no notice of those that do not. Where classes have source ports, unclassified requests keep to the largest run of ports that none of them has.</summary>
    /// <value>The default is 32768 to 60999, which is the kernel's.</value>
    public PortRange LocalPorts { get; init; } = new(32_768, 60_999);

    /// <summary>How long an upstream connection is used at most; a new one goes by the links as they are then.</summary>
    /// <value>The default is <see langword="null"/>: no limit. Whole milliseconds.</value>
    public TimeSpan? ConnectionLifetime { get; init; }

    /// <summary>How often a request is sent again when its connection fails before the answer begins.</summary>
    /// <value>The default is 1. Must be from 0 to 100.</value>
    public int Retries { get; init; } = 1;

    /// <summary>Whether connections carry a tag: otherwise they are of one cluster, kept apart by class, and reported once they are there.</summary>
    internal bool Tags(EnvoyMode mode) => mode != EnvoyMode.Exact && AccessLogSocket is null;
}
