using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// Waiting for descriptors.
internal static unsafe partial class LibC
{
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const uint EPOLLIN = 0x001;
    internal const uint EPOLLOUT = 0x004;
    internal const uint EPOLLET = 1u << 31;

    internal const short POLLIN = 0x001;
    internal const short POLLOUT = 0x004;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    /// <summary><paramref name="epollEvent"/> is a <c>struct epoll_event</c>, whose layout <see cref="EpollEvents"/> knows.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int epoll_wait(int epoll, byte* events, int capacity, int timeoutMilliseconds);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int eventfd(uint value, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, nint argument);

    // perf_event_open(2) has no function in the C library.
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint perf_event_open(nint number, void* attributes, nint processId, nint cpu, nint group, nint flags);

    /// <summary><c>struct pollfd</c>.</summary>
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
