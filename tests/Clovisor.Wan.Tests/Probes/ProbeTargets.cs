using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Clovisor.Testing;

namespace Clovisor.Wan.Tests.Probes;

/// <summary>Servers of a network namespace that answer probes: HTTP on 8080, the same over TLS on 8443, DNS on 53. What they say can be changed.</summary>
internal sealed class ProbeTargets : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _http;
    private readonly Socket _https;
    private readonly Socket _dns;
    private readonly X509Certificate2 _certificate = SelfSigned();

    /// <param name="space">The namespace.</param>
    /// <param name="dns">Where DNS is answered from; null for wherever routes lead.</param>
    public ProbeTargets(NetworkNamespace space, string? dns = null)
    {
        (_http, _https, _dns) = space.Run(() => (Listen(8080), Listen(8443), Bind(dns is null ? IPAddress.Any : IPAddress.Parse(dns), 53)));
        _ = AcceptAsync(_http, tls: false);
        _ = AcceptAsync(_https, tls: true);
        _ = AnswerAsync();
    }

    public string Response { get; set; } = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";

    /// <summary>The code of DNS responses; null for silence.</summary>
    public byte? DnsCode { get; set; } = 0;

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _https.Dispose();
        _dns.Dispose();
        _stop.Dispose();
        _certificate.Dispose();
    }

    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        return socket;
    }

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portal.example", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private async Task AcceptAsync(Socket listener, bool tls)
    {
        CancellationToken token = _stop.Token;
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync(token), tls, token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Ended.
        }
    }

    private async Task ServeAsync(Socket connection, bool tls, CancellationToken token)
    {
        try
        {
            await using Stream network = new NetworkStream(connection, ownsSocket: true);
            await using Stream stream = tls ? new SslStream(network) : network;
            if (stream is SslStream secure)
            {
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, token);
            }

            var request = new StringBuilder();
            byte[] buffer = new byte[1024];
            while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int length = await stream.ReadAsync(buffer, token);
                if (length == 0)
                {
                    return;
                }

                request.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(Response), token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The prober has gone, as it does after a TCP probe.
        }
    }

    private async Task AnswerAsync()
    {
        byte[] packet = new byte[512];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _dns.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (DnsCode is { } code)
                {
                    packet[2] |= 0x80;
                    packet[3] = code;
                    await _dns.SendToAsync(packet.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Ended.
        }
    }
}
