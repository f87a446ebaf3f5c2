using System.Runtime.InteropServices;

namespace Clovisor.Wan.Interop;

/// <summary>Owns a file descriptor: a socket or an eventfd.</summary>
internal sealed class FileHandle : SafeHandle
{
    public FileHandle()
        : base(-1, ownsHandle: true)
    {
    }

    private FileHandle(int file)
        : base(-1, ownsHandle: true) =>
        SetHandle(file);

    public override bool IsInvalid => handle == -1;

    /// <summary>The number, for <c>poll</c>. Valid for as long as the caller keeps the handle from being disposed.</summary>
    public int Number => (int)handle;

    /// <summary>Makes a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="WanException">The kernel refused.</exception>
    public static FileHandle Socket(int domain, int type, int protocol, string what) =>
        Take(Libc.socket(domain, type | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, protocol), what);

    /// <summary>Makes a socket whose calls wait. Invalid when the kernel refused; the error is the last one of the thread.</summary>
    public static FileHandle TryBlockingSocket(int domain, int type, int protocol) => new(Libc.socket(domain, type | Libc.SOCK_CLOEXEC, protocol));

    /// <summary>Makes an event that wakes a poll.</summary>
    public static FileHandle Event() => Take(Libc.eventfd(0, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK), "create an eventfd");

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;

    private static FileHandle Take(int file, string what) =>
        file >= 0 ? new FileHandle(file) : throw WanException.FromErrno(what, Marshal.GetLastPInvokeError());
}
