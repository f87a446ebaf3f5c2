using System.Net.Sockets;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>How much TCP payload a socket puts into a segment. Time stamps, which every segment has here, take 12 bytes of it.</summary>
internal static class SegmentSize
{
    internal const int TimeStamps = 12;

    private const int Tcp = 6;
    private const int MaxSegment = 2;

    internal static int Of(Socket socket)
    {
        byte[] value = new byte[4];
        socket.GetRawSocketOption(Tcp, MaxSegment, value);
        return BitConverter.ToInt32(value);
    }
}
