using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>A socket as a proxy makes it: tagged, unbound, its port chosen by the kernel as it connects.</summary>
internal sealed class ProxySocket : IDisposable
{
    private const int IpTos = 1;
    private const int IpLocalPortRange = 51;
    private const int Ipv6TrafficClass = 67;
    private const int SocketCookie = 57;
    private const int TcpRepair = 19;
    private const int TcpRepairQueue = 20;

    private readonly Socket _socket;
    private readonly IPEndPoint _server;

    private ProxySocket(AddressFamily family, ProtocolType protocol, IPEndPoint server)
    {
        _server = server;
        _socket = new Socket(family, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol) { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
    }

    /// <summary>What <c>SO_COOKIE</c> says.</summary>
    internal ulong Cookie
    {
        get
        {
            byte[] cookie = new byte[8];
            _socket.GetRawSocketOption(1, SocketCookie, cookie);
            return BitConverter.ToUInt64(cookie);
        }
    }

    /// <summary>Makes a socket of the control group, or of none, in the edge's namespace.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="group">Null: not of the group.</param>
    /// <param name="v6">To the server's IPv6 address.</param>
    /// <param name="dualMode">An IPv6 socket even to an IPv4 address.</param>
    /// <param name="protocol">TCP or UDP.</param>
    internal static ProxySocket Make(WanLab lab, ControlGroup? group, bool v6 = false, bool dualMode = false, ProtocolType protocol = ProtocolType.Tcp) => lab.Own(lab.Edge.Run(() =>
    {
        group?.EnterOnThisThread();
        IPAddress server = IPAddress.Parse(v6 ? WanLab.ServerV6 : WanLab.ServerV4);
        var socket = new ProxySocket(v6 || dualMode ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, protocol, new IPEndPoint(server, EchoServer.Port));
        if (dualMode)
        {
            socket._socket.DualMode = true;
        }

        return socket;
    }));

    internal ProxySocket WithDscp(byte dscp)
    {
        bool v4 = _server.AddressFamily == AddressFamily.InterNetwork;
        _socket.SetRawSocketOption(v4 ? 0 : 41, v4 ? IpTos : Ipv6TrafficClass, BitConverter.GetBytes(dscp << 2));
        return this;
    }

    internal ProxySocket WithPorts(ushort first, ushort last)
    {
        _socket.SetRawSocketOption(0, IpLocalPortRange, BitConverter.GetBytes((uint)last << 16 | first));
        return this;
    }

    /// <summary>Connects, sends, and requires the same back.</summary>
    internal void Echo()
    {
        if (!_socket.Connected)
        {
            _socket.Connect(_server);
        }

        byte[] received = new byte[5];
        _socket.Send("hello"u8);
        Assert.Equal(5, _socket.Receive(received));
        Assert.Equal("hello"u8.ToArray(), received);
    }

    /// <summary>Connects to an address that need not answer.</summary>
    internal void TryConnect(IPEndPoint to)
    {
        try
        {
            _socket.Connect(to);
        }
        catch (SocketException)
        {
            // Refused: the attempt is what counts.
        }
    }

    /// <summary>Ends the connection by a reset, so that its port is free at once; <paramref name="unseen"/> by nothing at all.</summary>
    internal void End(bool unseen)
    {
        if (unseen)
        {
            // What a connection under repair sends is kept and not sent, its FIN too (linux/tcp.h: TCP_SEND_QUEUE).
            _socket.SetRawSocketOption(6, TcpRepair, BitConverter.GetBytes(1));
            _socket.SetRawSocketOption(6, TcpRepairQueue, BitConverter.GetBytes(2));
        }
        else
        {
            _socket.LingerState = new LingerOption(enable: true, 0);
        }

        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
