using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Hosting.Interop;

/// <summary>Which network namespace a socket or a file belongs to; the runtime has no call for either.</summary>
internal static partial class Libc
{
    // linux/sockios.h: a descriptor of the socket's network namespace.
    private const nuint SiocGskNs = 0x894C;

    // linux/stat.h and linux/fcntl.h.
    private const int AtEmptyPath = 0x1000;
    private const int AtCurrentFolder = -100;
    private const uint StatxInode = 0x100;

    /// <summary>Opens the network namespace of a socket; null where the kernel refuses.</summary>
    internal static SafeFileHandle? OpenNamespaceOf(SafeHandle socket) =>
        Ioctl(socket, SiocGskNs) is >= 0 and var descriptor ? new SafeFileHandle(descriptor, ownsHandle: true) : null;

    /// <summary>The inode that names the network namespace of a socket.</summary>
    /// <returns>The inode, or null and the error number: EPERM without CAP_NET_ADMIN in that namespace's user namespace.</returns>
    internal static ulong? NetworkNamespaceOf(SafeHandle socket, out int errno)
    {
        int descriptor = Ioctl(socket, SiocGskNs);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (descriptor < 0)
        {
            return null;
        }

        using SafeFileHandle file = new(descriptor, ownsHandle: true);
        return Statx(file, "", AtEmptyPath, StatxInode, out StatxBuffer buffer) == 0 ? buffer.Inode : Failed(out errno);
    }

    /// <summary>The inode of a file, such as <c>/var/run/netns/pod1</c> or <c>/proc/self/ns/net</c>.</summary>
    internal static ulong? InodeOf(string path, out int errno)
    {
        errno = 0;
        return StatxAt(AtCurrentFolder, path, 0, StatxInode, out StatxBuffer buffer) == 0 ? buffer.Inode : Failed(out errno);
    }

    private static ulong? Failed(out int errno)
    {
        errno = Marshal.GetLastPInvokeError();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeHandle descriptor, nuint request);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeHandle folder, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatxAt(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    /// <summary>struct statx: 256 bytes on every architecture, <c>stx_ino</c> at 32.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(32)]
        public ulong Inode;
    }
}
