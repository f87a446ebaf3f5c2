using System.Runtime.InteropServices;

namespace Clovisor.Wan.Interop;

/// <summary>The system calls that .NET's sockets do not reach. Values are Linux's, equal on x86-64 and arm64.</summary>
internal static unsafe partial class Libc
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;

    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;

    public const int IPPROTO_IP = 0;
    public const int IP_TOS = 1;
    public const int IPPROTO_TCP = 6;
    public const int TCP_INFO = 11;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_TCLASS = 67;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int IPPROTO_ICMP = 1;
    public const int IPPROTO_ICMPV6 = 58;
    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_NETFILTER = 12;

    public const int SOL_SOCKET = 1;
    public const int SO_ERROR = 4;
    public const int SO_RCVBUF = 8;
    public const int SO_LINGER = 13;
    public const int SO_BINDTODEVICE = 25;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_TIMESTAMPNS = 35;

    public const int SOL_RAW = 255;
    public const int ICMP_FILTER = 1;
    public const int ICMPV6_FILTER = 1;

    public const short POLLIN = 1;
    public const short POLLOUT = 4;

    public const int SCHED_OTHER = 0;
    public const int SCHED_RESET_ON_FORK = 0x40000000;
    public const int PRIO_PROCESS = 0;

    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EPERM = 1;
    public const int ENOBUFS = 105;
    public const int EINPROGRESS = 115;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bind(FileHandle socket, void* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setsockopt(FileHandle socket, int level, int option, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int connect(FileHandle socket, void* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockopt(FileHandle socket, int level, int option, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint sendto(FileHandle socket, void* buffer, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recvfrom(FileHandle socket, void* buffer, nuint length, int flags, void* address, uint* addressLength);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recvmsg(FileHandle socket, Message* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint read(FileHandle file, void* buffer, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint write(FileHandle file, void* buffer, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ppoll(PollEntry* entries, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport(Library)]
    public static partial int close(int file);

    /// <summary>Of one thread; 0 is the calling one.</summary>
    [LibraryImport(Library)]
    public static partial int sched_setscheduler(int thread, int policy, int* priority);

    /// <summary>Of one thread on Linux, whatever the standard says; 0 is the calling one.</summary>
    [LibraryImport(Library)]
    public static partial int setpriority(int which, uint thread, int nice);

    /// <summary>Mirror of <c>struct pollfd</c>.</summary>
    public struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    /// <summary>Mirror of <c>struct msghdr</c>; the compiler pads it as C does.</summary>
    public struct Message
    {
        public void* Name;
        public uint NameLength;
        public Buffer* Buffers;
        public nuint BufferCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>Mirror of <c>struct iovec</c>.</summary>
    public struct Buffer
    {
        public void* Start;
        public nuint Length;
    }

    /// <summary>Mirror of <c>struct cmsghdr</c> with a <c>struct timespec</c> behind it.</summary>
    public struct TimestampControl
    {
        public nuint Length;
        public int Level;
        public int Type;
        public TimeSpec Time;
    }

    /// <summary>Mirror of <c>struct timespec</c>.</summary>
    public struct TimeSpec
    {
        public nint Seconds;
        public nint Fraction;
    }
}
