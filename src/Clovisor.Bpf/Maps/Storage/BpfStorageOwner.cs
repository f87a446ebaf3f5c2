using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Bpf.Maps.Storage;

/// <summary>Opens what local storage hangs on: processes, control groups, files. A socket's own handle serves for sockets.</summary>
public static unsafe class BpfStorageOwner
{
    /// <summary>Opens a process (pidfd). From Linux 5.3.</summary>
    /// <param name="processId">Its number; of a single thread only that of the first one.</param>
    /// <returns>The handle; the caller disposes it.</returns>
    /// <exception cref="BpfException">There is no such process, or the kernel refused otherwise.</exception>
    public static SafeFileHandle OpenProcess(int processId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 1);
        return Owned(LibC.pidfd_open(processId), $"process {processId}");
    }

    /// <summary>Opens a control group.</summary>
    /// <param name="path">Its directory, below <c>/sys/fs/cgroup</c>.</param>
    /// <returns>The handle; the caller disposes it.</returns>
    /// <exception cref="BpfException">There is no such directory, or it cannot be opened.</exception>
    public static SafeFileHandle OpenCgroup(string path) => OpenPath(path);

    /// <summary>Opens a file or directory, for the storage of its inode.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The handle; the caller disposes it.</returns>
    /// <exception cref="BpfException">There is no such file, or it cannot be opened.</exception>
    public static SafeFileHandle OpenPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        fixed (byte* text = NativeText.ToUtf8(path))
        {
            return Owned(LibC.open(text, LibC.O_RDONLY | LibC.O_CLOEXEC), path);
        }
    }

    private static SafeFileHandle Owned(int descriptor, string target) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw BpfErrors.Create("open", target, Marshal.GetLastPInvokeError());
}
