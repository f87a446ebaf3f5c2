using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>
/// An HTTPS request. A handshake computes for milliseconds, which the engine's thread does not have, so it runs on the thread pool; whether
/// that was late, <see cref="IsUnread"/> says.
/// </summary>
internal sealed class TlsExchange : IDisposable
{
    private readonly Socket _socket;
    private readonly ProbeDefinition _definition;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _connected;

    /// <summary>Opens the socket on the calling thread, in whose network namespace it then is, and begins.</summary>
    /// <exception cref="WanException">The kernel refused the socket or the device.</exception>
    public TlsExchange(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, TimeSpan sentAt)
    {
        (Device, Target, Sequence, SentAt, _definition) = (origin.Device, target, sequence, sentAt, definition);
        _socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0), NoDelay = true };
        try
        {
            _socket.SetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_BINDTODEVICE, Encoding.UTF8.GetBytes(origin.Device));
            (int level, int option) = target.AddressFamily == AddressFamily.InterNetwork ? (Libc.IPPROTO_IP, Libc.IP_TOS) : (Libc.IPPROTO_IPV6, Libc.IPV6_TCLASS);
            _socket.SetRawSocketOption(level, option, BitConverter.GetBytes(definition.Dscp << 2));
            if (origin.Source is { } source)
            {
                _socket.Bind(new IPEndPoint(source, 0));
            }
        }
        catch (SocketException refused)
        {
            _socket.Dispose();
            _stop.Dispose();
            throw WanException.FromErrno($"bind a TCP socket to '{origin.Device}' and {origin.Source}", refused.NativeErrorCode);
        }
    }

    public string Device { get; }

    public IPAddress Target { get; }

    public ushort Sequence { get; }

    public TimeSpan SentAt { get; }

    public TimeSpan Timeout => _definition.Timeout;

    /// <summary>Whether the kernel has something for it that nobody has looked at.</summary>
    public bool IsUnread => !_stop.IsCancellationRequested && (_socket.Poll(0, SelectMode.SelectRead) || (!_connected && _socket.Poll(0, SelectMode.SelectWrite)));

    /// <summary>Begins. The call that reports comes from the thread pool, with null for an answer or with what came in its place; none comes once this is disposed.</summary>
    public void Begin(Action<TlsExchange, string?> report)
    {
        CancellationToken token = _stop.Token;
        _ = Task.Run(() => RunAsync(report, token), CancellationToken.None);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _socket.Dispose();
    }

    private async Task RunAsync(Action<TlsExchange, string?> report, CancellationToken token)
    {
        string? failure;
        try
        {
            failure = await AskAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or ObjectDisposedException)
        {
            failure = $"{Target}: {e.Message}";
        }

        if (!token.IsCancellationRequested)
        {
            report(this, failure);
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(new IPEndPoint(Target, _definition.PortInUse), cancellationToken).ConfigureAwait(false);
        _connected = true;
        var network = new NetworkStream(_socket, ownsSocket: false);
        await using (network.ConfigureAwait(false))
        {
            var tls = new SslStream(network, leaveInnerStreamOpen: true);
            await using (tls.ConfigureAwait(false))
            {
                var options = new SslClientAuthenticationOptions { TargetHost = _definition.Host, CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
                if (!_definition.VerifyCertificate)
                {
#pragma warning disable CA5359 // Asked for: a probe wants to know whether the link carries, and gives nothing away.
                    options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
                }

                await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
                await tls.WriteAsync(HttpReply.Request(_definition, Target), cancellationToken).ConfigureAwait(false);
                var reply = new HttpReply(_definition);
                byte[] buffer = new byte[4096];
                while (!reply.Take(buffer.AsSpan(0, await tls.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))))
                {
                }

                return reply.Failure is { } failure ? $"{Target} {failure}" : null;
            }
        }
    }
}
