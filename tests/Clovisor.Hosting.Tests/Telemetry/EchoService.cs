using System.Net;
using System.Net.Sockets;

namespace Clovisor.Hosting.Tests.Telemetry;

/// <summary>Sends one connection back what it gets. Made on a thread of the namespace that it is to serve in.</summary>
internal sealed class EchoService : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Task _serving;

    internal EchoService(IPEndPoint at)
    {
        _listener = new TcpListener(at);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Whom the connection comes from, as it looks here.</summary>
    internal IPEndPoint? Peer { get; private set; }

    public void Dispose()
    {
        _listener.Dispose();
        _serving.GetAwaiter().GetResult();
    }

    private async Task ServeAsync()
    {
        try
        {
            using Socket connection = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            Peer = (IPEndPoint)connection.RemoteEndPoint!;
            byte[] piece = new byte[4096];
            for (int length; (length = await connection.ReceiveAsync(piece).ConfigureAwait(false)) > 0;)
            {
                await connection.SendAsync(piece.AsMemory(0, length)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
