using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>Sends back what connections in the cloud send.</summary>
internal sealed class EchoService : IDisposable
{
    public const int Port = 9001;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>On the address of the service.</summary>
    public EchoService(EdgeLab lab)
        : this(lab, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), Port))
    {
    }

    private EchoService(EdgeLab lab, Func<Socket> open, IPEndPoint where)
    {
        _listener = Space.Run(lab.Names.Cloud, () =>
        {
            Socket socket = open();
            socket.Bind(where);
            socket.Listen(4096);
            return socket;
        });
        _ = AcceptAsync();
    }

    /// <summary>On every address of the cloud, of both families.</summary>
    public static EchoService Everywhere(EdgeLab lab, int port) => new(
        lab, () => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }, new IPEndPoint(IPAddress.IPv6Any, port));

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken token = _stop.Token;
        try
        {
            while (true)
            {
                _ = EchoAsync(await _listener.AcceptAsync(token).ConfigureAwait(false), token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task EchoAsync(Socket connection, CancellationToken token)
    {
        using (connection)
        {
            byte[] buffer = new byte[4096];
            try
            {
                while (await connection.ReceiveAsync(buffer, token).ConfigureAwait(false) is var length and > 0)
                {
                    for (int sent = 0; sent < length;)
                    {
                        sent += await connection.SendAsync(buffer.AsMemory(sent, length - sent), token).ConfigureAwait(false);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The other end is gone, or the service is.
            }
        }
    }
}
