using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>Many UDP flows from the edge to the cloud, each with its own session, at a steady rate. Turns that were missed are made up for.</summary>
internal sealed class Flood : IDisposable
{
    private const int PacketsPerSecond = 1000;
    private readonly Socket[] _flows;
    private readonly Thread _thread;
    private readonly TimeProvider _time = TimeProvider.System;
    private long _sent;
    private long _refused;
    private volatile bool _stopping;

    public Flood(Site site, string source, int flows)
        : this(site.Names, source, flows, sessions => Array.ForEach(sessions, session => site.Admit(session, Site.Moving)))
    {
    }

    /// <param name="names">Of the lab.</param>
    /// <param name="source">The address that flows come from.</param>
    /// <param name="flows">How many.</param>
    /// <param name="admit">Enters all of them before their first packet.</param>
    public Flood(LabNames names, string source, int flows, Action<SessionTuple[]> admit)
    {
        Flows = flows;
        _flows = Space.Run(names.Edge, () => Enumerable.Range(0, flows).Select(_ =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            socket.Connect(LabAddresses.ServiceV4, ArrivalCounters.Port);
            return socket;
        }).ToArray());
        admit([.. _flows.Select(static flow => new SessionTuple(ProtocolType.Udp, (IPEndPoint)flow.LocalEndPoint!, (IPEndPoint)flow.RemoteEndPoint!))]);

        _thread = new Thread(Run) { IsBackground = true, Name = "flood" };
        _thread.Start();
    }

    public int Flows { get; }

    public int Rate => Flows * PacketsPerSecond;

    /// <summary>Datagrams that the kernel took.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Datagrams that the kernel refused: none should be.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        Array.ForEach(_flows, flow => flow.Dispose());
    }

    private void Run()
    {
        using var pause = new ManualResetEventSlim();
        Span<byte> data = stackalloc byte[64];
        long start = _time.GetTimestamp();
        for (long turn = 0; !_stopping; turn++)
        {
            while (_time.GetElapsedTime(start).TotalMilliseconds < turn && !_stopping)
            {
                pause.Wait(1);
            }

            foreach (Socket flow in _flows)
            {
                flow.Send(data, SocketFlags.None, out SocketError error);
                if (error == SocketError.Success)
                {
                    Interlocked.Increment(ref _sent);
                }
                else
                {
                    Interlocked.Increment(ref _refused);
                }
            }
        }
    }
}
