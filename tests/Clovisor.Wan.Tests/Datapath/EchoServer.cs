using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Sends back what it gets by TCP and UDP, and remembers from whom.</summary>
internal sealed class EchoServer : IDisposable
{
    internal const int Port = 8080;

    private readonly List<Socket> _sockets = [];
    private readonly ConcurrentQueue<IPEndPoint> _peers = new();

    /// <summary>Must be made on a thread of the namespace that it shall serve in.</summary>
    internal EchoServer(IEnumerable<IPAddress> addresses)
    {
        foreach (IPAddress address in addresses)
        {
            var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(address, Port));
            listener.Listen();
            _sockets.Add(listener);
            _ = AcceptAsync(listener);

            var datagrams = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            datagrams.Bind(new IPEndPoint(address, Port));
            _sockets.Add(datagrams);
            _ = AnswerAsync(datagrams);
        }
    }

    /// <summary>Who was seen last: the peer of the latest connection or datagram.</summary>
    internal IPEndPoint LastPeer => _peers.Last();

    /// <summary>How large segments the latest connection may send, by what its peer announced: options of its own not counted.</summary>
    internal int LastSegmentSize { get; private set; }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket connection = await listener.AcceptAsync();
                LastSegmentSize = SegmentSize.Of(connection);
                _peers.Enqueue((IPEndPoint)connection.RemoteEndPoint!);
                _ = EchoAsync(connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private static async Task EchoAsync(Socket connection)
    {
        using (connection)
        {
            byte[] buffer = new byte[65536];
            try
            {
                int length;
                while ((length = await connection.ReceiveAsync(buffer)) > 0)
                {
                    for (int sent = 0; sent < length;)
                    {
                        sent += await connection.SendAsync(buffer.AsMemory(sent, length - sent));
                    }
                }
            }
            catch (SocketException)
            {
                // The peer is gone.
            }
        }
    }

    private async Task AnswerAsync(Socket datagrams)
    {
        byte[] buffer = new byte[65536];
        var any = new IPEndPoint(datagrams.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await datagrams.ReceiveFromAsync(buffer, any);
                _peers.Enqueue((IPEndPoint)received.RemoteEndPoint);
                await datagrams.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }
}
