using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// Opening what .NET has no way to open: directories and processes.
internal static unsafe partial class LibC
{
    internal const int O_RDONLY = 0;
    internal const int O_CLOEXEC = 0x80000;

    // The same on every architecture, as all system calls of its age.
    private const nint PidfdOpen = 434;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int open(byte* path, int flags);

    /// <summary>A descriptor of a process, closed on exec; minus one with errno set on failure.</summary>
    internal static int pidfd_open(int pid) => (int)syscall_with_errno(PidfdOpen, pid, 0);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_with_errno(nint number, nint first, nint second);
}
