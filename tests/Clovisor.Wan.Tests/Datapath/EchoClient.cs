using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>A socket with its ends fixed before it sends anything, as a proxy that reports its sessions has it.</summary>
internal sealed class EchoClient : IDisposable
{
    private const int IpTos = 1;
    private const int Ipv6TrafficClass = 67;
    private const int BindToDevice = 25;

    private readonly Socket _socket;
    private readonly IPEndPoint _server;

    /// <summary>Must be made on a thread of the namespace that it shall send from.</summary>
    internal EchoClient(bool tcp, IPAddress source, IPAddress server, byte dscp, string? device = null, int port = EchoServer.Port, int sourcePort = 0)
    {
        ProtocolType protocol = tcp ? ProtocolType.Tcp : ProtocolType.Udp;
        _server = new IPEndPoint(server, port);
        _socket = new Socket(source.AddressFamily, tcp ? SocketType.Stream : SocketType.Dgram, protocol)
        {
            ReceiveTimeout = 10_000,
            SendTimeout = 10_000,
        };
        if (dscp != 0)
        {
            bool v4 = source.AddressFamily == AddressFamily.InterNetwork;
            _socket.SetRawSocketOption(v4 ? 0 : 41, v4 ? IpTos : Ipv6TrafficClass, BitConverter.GetBytes(dscp << 2));
        }

        if (device is not null)
        {
            _socket.SetRawSocketOption(1, BindToDevice, System.Text.Encoding.ASCII.GetBytes(device));
        }

        _socket.Bind(new IPEndPoint(source, sourcePort));
        Source = (IPEndPoint)_socket.LocalEndPoint!;
        Tuple = new SessionTuple(protocol, Source, _server);
    }

    internal SessionTuple Tuple { get; }

    internal IPEndPoint Source { get; }

    /// <summary>How large segments it may send, by what the server announced: options of its own not counted.</summary>
    internal int SegmentSize => Datapath.SegmentSize.Of(_socket);

    internal void Connect() => _socket.Connect(_server);

    /// <summary>Connects if need be, sends random bytes and requires them back.</summary>
    internal void Echo(int length = 100)
    {
        if (!_socket.Connected)
        {
            Connect();
        }

        byte[] sent = RandomNumberGenerator.GetBytes(length);
        byte[] received = new byte[length];
        Task sending = Task.Run(() => Send(sent));
        int count = 0;
        while (count < length)
        {
            int got = _socket.Receive(received, count, length - count, SocketFlags.None);
            Assert.True(got > 0, "the server closed the connection");
            count += got;
        }

        sending.Wait();
        Assert.Equal(sent, received);
    }

    internal void Send(byte[] data)
    {
        for (int sent = 0; sent < data.Length;)
        {
            sent += _socket.Send(data, sent, data.Length - sent, SocketFlags.None);
        }
    }

    /// <summary>Waits for the connection to fail, and says how.</summary>
    internal SocketError Failure()
    {
        SocketException failure = Assert.Throws<SocketException>(() => _socket.Receive(new byte[1]));
        return failure.SocketErrorCode;
    }

    /// <summary>Ends the connection by a reset, so that its port is free at once.</summary>
    internal void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
