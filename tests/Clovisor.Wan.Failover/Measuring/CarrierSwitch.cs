using System.Diagnostics;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Interop;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>Pulls a cable and plugs it in again, at the far end and within microseconds.</summary>
internal sealed class CarrierSwitch(EdgeLab lab) : IDisposable
{
    private readonly Socket _socket = Space.Run(lab.Names.Cloud, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    /// <summary>Takes the link's carrier.</summary>
    /// <returns>From just before. On a thread that waits for no CPU: what it waited between the two would be counted as the engine's.</returns>
    public long Pull(LabLink link)
    {
        long start = 0;
        var thread = new Thread(() =>
        {
            Kernel.GoFirst();
            start = Stopwatch.GetTimestamp();
            Kernel.SetUp(_socket, link.Device, up: false);
        });
        thread.Start();
        thread.Join();
        return start;
    }

    public void Plug(LabLink link) => Kernel.SetUp(_socket, link.Device, up: true);

    public void Dispose() => _socket.Dispose();
}
