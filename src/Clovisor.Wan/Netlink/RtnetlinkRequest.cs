using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Netlink;

/// <summary>One question to rtnetlink and its answer, on a socket of its own in the network namespace of the thread.</summary>
internal static class RtnetlinkRequest
{
    /// <summary>Invalid, with the last error set, where the system gives none.</summary>
    internal static FileHandle OpenSocket() => FileHandle.TryBlockingSocket(Libc.AF_NETLINK, Libc.SOCK_RAW, Libc.NETLINK_ROUTE);

    /// <returns>How long the answer is, or the negative error number.</returns>
    internal static unsafe int Exchange(FileHandle socket, ReadOnlySpan<byte> message, Span<byte> reply)
    {
        fixed (byte* request = message, answer = reply)
        {
            if (Libc.sendto(socket, request, (nuint)message.Length, 0, null, 0) < 0)
            {
                return -Marshal.GetLastPInvokeError();
            }

            nint length = Libc.recvfrom(socket, answer, (nuint)reply.Length, 0, null, null);
            return length < 0 ? -Marshal.GetLastPInvokeError() : (int)length;
        }
    }
}
