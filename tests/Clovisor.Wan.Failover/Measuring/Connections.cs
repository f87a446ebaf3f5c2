using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>TCP connections from the edge to the echo service, each with its own session, all of one association.</summary>
internal sealed class Connections : IDisposable
{
    private readonly Socket[] _sockets;

    public Connections(Site site, string association, int count)
    {
        _sockets = Space.Run(site.Names.Edge, () => Enumerable.Range(0, count).Select(_ =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true, ReceiveTimeout = 5000, SendTimeout = 5000,
            };
            socket.Bind(new IPEndPoint(IPAddress.Parse(LabAddresses.Wan0.EdgeV4), 0));
            var service = new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), EchoService.Port);
            site.Admit(new SessionTuple(ProtocolType.Tcp, (IPEndPoint)socket.LocalEndPoint!, service), association);
            socket.Connect(service);
            return socket;
        }).ToArray());
        if (CountAlive() != count)
        {
            throw new InvalidOperationException($"of {count} connections some do not work from the start");
        }
    }

    /// <summary>The sessions of them all.</summary>
    public IEnumerable<SessionTuple> Tuples => _sockets.Select(
        socket => new SessionTuple(ProtocolType.Tcp, (IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!));

    /// <summary>How many still send and receive.</summary>
    public int CountAlive()
    {
        Span<byte> data = stackalloc byte[1];
        int alive = 0;
        foreach (Socket socket in _sockets)
        {
            data[0] = (byte)alive;
            if (socket.Send(data, SocketFlags.None, out _) == 1)
            {
                data[0]++;
                alive += socket.Receive(data, SocketFlags.None, out SocketError error) == 1 && error == SocketError.Success && data[0] == (byte)alive ? 1 : 0;
            }
        }

        return alive;
    }

    /// <summary>For each that is reset on its next send: how many microseconds from the call that sends to the error.</summary>
    public IReadOnlyList<double> ResetTimes()
    {
        List<double> times = [];
        Span<byte> data = stackalloc byte[1];
        foreach (Socket socket in _sockets)
        {
            long start = Stopwatch.GetTimestamp();
            socket.Send(data, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                socket.Receive(data, SocketFlags.None, out error);
            }

            double taken = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (error == SocketError.ConnectionReset)
            {
                times.Add(taken);
            }
        }

        return times;
    }

    /// <summary>Connections that the kernel of the edge has seen reset while established, since the lab was made: RFC 1213's tcpEstabResets.</summary>
    public static long ResetsSeen(LabNames names) => ResetsSeen(names.Edge);

    /// <summary>The same of any namespace.</summary>
    public static long ResetsSeen(string space) => Space.Run(space, () =>
    {
        string[][] lines = [.. File.ReadLines("/proc/thread-self/net/snmp").Where(line => line.StartsWith("Tcp:", StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return long.Parse(lines[1][Array.IndexOf(lines[0], "EstabResets")], System.Globalization.CultureInfo.InvariantCulture);
    });

    public void Dispose() => Array.ForEach(_sockets, socket => socket.Dispose());
}
