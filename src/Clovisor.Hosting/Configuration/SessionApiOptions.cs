using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>Where proxies report sessions to.</summary>
public sealed class SessionApiOptions
{
    /// <summary>The unix socket of the API. Its folder is made if absent; a socket that a dead process left is replaced.</summary>
    /// <value>The default is <c>/run/clovisor/clovisor.sock</c>. Empty for none, which needs <see cref="LoopbackPort"/>.</value>
    public string SocketPath { get; set; } = "/run/clovisor/clovisor.sock";

    /// <summary>A TCP port on 127.0.0.1 besides the socket. Every local process can then report sessions.</summary>
    /// <value>The default is <see langword="null"/>: no TCP. Must be from 0 (any free port) to 65,535.</value>
    [Range(0, 65_535)]
    public int? LoopbackPort { get; set; }

    /// <summary>The largest body of a request, in bytes.</summary>
    /// <value>The default is 1,048,576, enough for a batch of some thousand sessions. Must be from 4,096 to 67,108,864.</value>
    [Range(4096, 1 << 26)]
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>The largest number of sessions in one batch.</summary>
    /// <value>The default is 4,096. Must be from 1 to 65,536.</value>
    [Range(1, 65_536)]
    public int MaxBatch { get; set; } = 4096;
}
