using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>The few functions of the C library that are used. C names are kept.</summary>
internal static unsafe partial class LibC
{
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 0x01;
    internal const int MAP_PRIVATE = 0x02;
    internal const int MAP_FIXED = 0x10;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MAP_NORESERVE = 0x4000;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;

    private const string Library = NativeLibraries.LibC;

    static LibC() => NativeLibraries.Initialize();

    // Variadic in C. On the Linux ABIs we run on, integer arguments of variadic functions travel as those of others do.
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int open(byte* path, int flags, int mode);

    [LibraryImport(Library)]
    internal static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Library)]
    internal static partial int munmap(void* address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ftruncate(int fd, nint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int statfs(byte* path, void* buffer);

    /// <summary>The handle of an open descriptor: <c>name_to_handle_at(fd, "", handle, mount, AT_EMPTY_PATH)</c>.</summary>
    internal static int name_to_handle_at(int fd, void* handle, int* mount)
    {
        byte empty = 0;
        return name_to_handle_at(fd, &empty, handle, mount, AT_EMPTY_PATH);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int name_to_handle_at(int fd, byte* path, void* handle, int* mount, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mount(byte* source, byte* target, byte* type, nuint flags, void* data);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int umount2(byte* target, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int unlink(byte* path);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint readlink(byte* path, byte* buffer, nuint size);

    [LibraryImport(Library)]
    internal static partial int vsnprintf(byte* buffer, nuint size, byte* format, void* arguments);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recv(int fd, void* buffer, nuint length, int flags);
}
