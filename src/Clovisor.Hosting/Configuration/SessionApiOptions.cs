using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>Where proxies report sessions to, who may, and how much.</summary>
/// <remarks>A change of <see cref="Callers"/>, <see cref="MaxRequests"/> and <see cref="MaxBatch"/> is put in force while the host runs, and one of <see cref="ReportsPerSecond"/>
/// and <see cref="SessionsPerCaller"/> for callers not seen yet; the others take effect at the start.</remarks>
public sealed class SessionApiOptions
{
    /// <summary>The unix socket of the API. Its folder is made if absent; a socket that a dead process left is replaced.</summary>
    /// <value>The default is <c>/run/clovisor/clovisor.sock</c>. Empty for none, which needs <see cref="LoopbackPort"/>.</value>
    public string SocketPath { get; set; } = "/run/clovisor/clovisor.sock";

    /// <summary>A unix socket at which Envoys log their upstream requests (gRPC, <c>StreamAccessLogs</c>): each entry enters the session of a connection. As many logs at a time as
    /// <see cref="MaxRequests"/>; entries count as reports.</summary>
    /// <value>The default is <see langword="null"/>: none. An absolute path, another than <see cref="SocketPath"/>.</value>
    public string? AccessLogSocketPath { get; set; }

    /// <summary>A TCP port on 127.0.0.1 besides the socket, for callers that show the token of <see cref="TokenFile"/>.</summary>
    /// <value>The default is <see langword="null"/>: no TCP. Must be from 0 (any free port) to 65,535.</value>
    [Range(0, 65_535)]
    public int? LoopbackPort { get; set; }

    /// <summary>A file with the token that callers over TCP send as <c>Authorization: Bearer …</c>: 32 to 1,024 visible ASCII characters, unreadable to others.
    /// A new token in the file counts from the next request on.</summary>
    /// <value>The default is <see langword="null"/>. Needed with <see cref="LoopbackPort"/>, and an absolute path.</value>
    public string? TokenFile { get; set; }

    /// <summary>Who may use the API besides root and the user that the host runs as, who may always report anything.</summary>
    /// <value>The default is nobody else: the socket is then closed to others by its mode, 0660. With an entry its mode is 0666, and the entries decide.</value>
    public IList<SessionCallerOptions> Callers { get; } = [];

    /// <summary>The largest body of a request, in bytes. Of a stream, the largest line is a sixteenth of it.</summary>
    /// <value>The default is 1,048,576, enough for a batch of some thousand sessions. Must be from 4,096 to 67,108,864.</value>
    [Range(4096, 1 << 26)]
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>The largest number of sessions in one batch.</summary>
    /// <value>The default is 4,096. Must be from 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int MaxBatch { get; set; } = 4096;

    /// <summary>The largest number of open connections; more are closed at once.</summary>
    /// <value>The default is 1,024. Must be from 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int MaxConnections { get; set; } = 1024;

    /// <summary>The largest number of requests in work at a time; more are answered 503 with <c>Retry-After</c>. Nothing is queued.</summary>
    /// <value>The default is 256. Must be from 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int MaxRequests { get; set; } = 256;

    /// <summary>How many reports a second one caller may make, those in batches and streams each for itself; a second's worth may come at once.
    /// More are answered 429 with <c>Retry-After</c>. A caller is a user in a network namespace.</summary>
    /// <value>The default is 250,000. Must be from 1 to 10,000,000.</value>
    [Range(1, 10_000_000)]
    public int ReportsPerSecond { get; set; } = 250_000;

    /// <summary>How many live sessions one caller may have entered. More are answered 429 with <c>Retry-After</c>.</summary>
    /// <value>The default is 262,144, what the kernel's table holds by default. Must be from 1 to 4,194,304.</value>
    [Range(1, 1 << 22)]
    public int SessionsPerCaller { get; set; } = 262_144;

    internal static IEnumerable<KeyValuePair<string, object?>> AtStart(SessionApiOptions options) =>
    [
        new(nameof(SocketPath), options.SocketPath),
        new(nameof(AccessLogSocketPath), options.AccessLogSocketPath),
        new(nameof(LoopbackPort), options.LoopbackPort),
        new(nameof(TokenFile), options.TokenFile),
        new(nameof(MaxBodyBytes), options.MaxBodyBytes),
        new(nameof(MaxConnections), options.MaxConnections),
    ];
}
