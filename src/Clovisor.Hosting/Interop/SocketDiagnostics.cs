using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Hosting.Interop;

/// <summary>Asks the kernel which TCP connections of a network namespace are being opened (<c>NETLINK_SOCK_DIAG</c>). Not thread-safe.</summary>
internal sealed partial class SocketDiagnostics : IDisposable
{
    private const int FamilyNetlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int NetlinkSocketDiagnostics = 4;
    private const ushort ByFamily = 20;
    private const ushort RequestDump = 0x301;
    private const ushort MessageDone = 3;
    private const ushort MessageError = 2;
    private const int CloneNewNetwork = 0x40000000;
    private const byte FamilyIpv4 = 2;
    private const byte FamilyIpv6 = 10;
    private const uint SynSent = 1u << 2;

    // struct nlmsghdr, struct inet_diag_req_v2, and where struct inet_diag_msg has the parts of its socket.
    private const int HeaderLength = 16;
    private const int RequestLength = HeaderLength + 56;
    private const int SourcePortAt = HeaderLength + 4;
    private const int DestinationPortAt = HeaderLength + 6;
    private const int DestinationAt = HeaderLength + 24;

    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = new byte[32_768];

    private SocketDiagnostics(SafeFileHandle socket) => _socket = socket;

    /// <summary>Opens diagnostics of the namespace that a socket belongs to.</summary>
    /// <param name="namespaceDescriptor">A descriptor of the namespace; null for this process's own.</param>
    /// <param name="errno">The error number where there are none.</param>
    /// <returns>Null where the kernel refuses: EPERM without CAP_SYS_ADMIN over another namespace.</returns>
    internal static SocketDiagnostics? Open(SafeFileHandle? namespaceDescriptor, out int errno)
    {
        if (namespaceDescriptor is null)
        {
            return Make(out errno);
        }

        // A socket belongs to the namespace of the thread that makes it. The thread ends, so that no other work runs there.
        SocketDiagnostics? made = null;
        int failed = 0;
        Thread thread = new(() => made = SetNamespace(namespaceDescriptor, CloneNewNetwork) == 0 ? Make(out failed) : Fail(out failed)) { IsBackground = true, Name = "clovisor socket diagnostics" };
        thread.Start();
        thread.Join();
        errno = failed;
        return made;
    }

    /// <summary>Adds the connections of a family that have sent their SYN and wait for the answer.</summary>
    /// <returns>False when the kernel did not answer.</returns>
    internal bool TryFindOpening(AddressFamily family, HashSet<OpeningConnection> opening)
    {
        Span<byte> request = stackalloc byte[RequestLength];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], RequestDump);
        request[HeaderLength] = family == AddressFamily.InterNetwork ? FamilyIpv4 : FamilyIpv6;
        request[HeaderLength + 1] = (byte)ProtocolType.Tcp;
        BinaryPrimitives.WriteUInt32LittleEndian(request[(HeaderLength + 4)..], SynSent);
        if (Send(_socket, request, RequestLength, 0) != RequestLength)
        {
            return false;
        }

        while (true)
        {
            nint length = Receive(_socket, _buffer, _buffer.Length, 0);
            if (length <= 0)
            {
                return false;
            }

            ReadOnlySpan<byte> rest = _buffer.AsSpan(0, (int)length);
            while (rest.Length >= HeaderLength)
            {
                int size = BinaryPrimitives.ReadInt32LittleEndian(rest);
                ushort type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
                if (type is MessageDone or MessageError || size < HeaderLength || size > rest.Length)
                {
                    return type == MessageDone;
                }

                if (size >= DestinationAt + 16)
                {
                    opening.Add(new OpeningConnection(
                        MemoryMarshal.Read<UInt128>(rest[DestinationAt..]), BinaryPrimitives.ReadUInt16BigEndian(rest[DestinationPortAt..]), BinaryPrimitives.ReadUInt16BigEndian(rest[SourcePortAt..])));
                }

                rest = rest[Math.Min(rest.Length, (size + 3) & ~3)..];
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static SocketDiagnostics? Make(out int errno)
    {
        int descriptor = NewSocket(FamilyNetlink, RawCloseOnExec, NetlinkSocketDiagnostics);
        return descriptor < 0 ? Fail(out errno) : Made(descriptor, out errno);
    }

    private static SocketDiagnostics Made(int descriptor, out int errno)
    {
        errno = 0;
        return new SocketDiagnostics(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    private static SocketDiagnostics? Fail(out int errno)
    {
        errno = Marshal.GetLastPInvokeError();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NewSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int kind);
}
