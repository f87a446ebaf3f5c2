using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Pinning;

/// <summary>The file system whose paths keep maps, programs and links alive (bpffs), usually at <c>/sys/fs/bpf</c>.</summary>
/// <remarks>Mounts belong to the mount namespace of the process. Safe to use from any thread.</remarks>
public static unsafe class BpfFileSystem
{
    /// <summary>Where systems mount it by habit.</summary>
    public const string DefaultPath = "/sys/fs/bpf";

    private const long Magic = 0xCAFE4A11;
    private const int DetachLazily = 2;
    private const int StatfsBytes = 256;

    // Some kernels put these at the top of every mount, and nobody can remove them.
    private static readonly string[] KernelFiles = ["maps.debug", "progs.debug"];
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Whether a path lies in a BPF file system. False when it does not exist.</summary>
    /// <param name="path">A file or a directory.</param>
    /// <exception cref="BpfException">The path cannot be looked at.</exception>
    public static bool IsBpfFileSystem(string path)
    {
        if (SubstituteKernel.Current is { } substitute)
        {
            return substitute.IsBpfFileSystem(path);
        }

        byte* buffer = stackalloc byte[StatfsBytes];
        fixed (byte* text = NativeText.ToUtf8(path))
        {
            if (LibC.statfs(text, buffer) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                return errno is Errno.ENOENT or 20 ? false : throw BpfErrors.Create("look at", path, errno);
            }
        }

        return *(long*)buffer == Magic;
    }

    /// <summary>Whether something is pinned at a path. Looks at the running kernel's file systems, or at those of a fake one within its scope.</summary>
    /// <param name="path">A path; false when it does not exist or is a directory.</param>
    public static bool IsPinned(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return SubstituteKernel.Current is { } substitute ? substitute.IsPinned(path) : File.Exists(path);
    }

    /// <summary>Makes sure that a BPF file system is at a path: creates the directory where it is missing, for its owner alone, and mounts
    /// where nothing of the kind is mounted. Needs CAP_SYS_ADMIN to mount.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>True when this call mounted it, so that the caller owns the mount and may <see cref="Unmount"/> it; false when it was there.</returns>
    /// <exception cref="BpfException">It could not be mounted. A directory that was created for it is removed.</exception>
    public static bool Mount(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsBpfFileSystem(path))
        {
            return false;
        }

        if (SubstituteKernel.Current is { } substitute)
        {
            Check(substitute.Mount(path), "mount a BPF file system at", path);
            return true;
        }

        bool created = !Directory.Exists(path);
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BpfException("create", path, 0, $"{e.Message} Choose a directory that can be created, or {DefaultPath}.");
        }

        fixed (byte* target = NativeText.ToUtf8(path))
        fixed (byte* kind = "bpf\0"u8)
        {
            if (LibC.mount(kind, target, kind, 0, null) == 0)
            {
                return true;
            }
        }

        int failure = Marshal.GetLastPInvokeError();
        if (created)
        {
            Directory.Delete(path);
        }

        throw BpfErrors.Create("mount a BPF file system at", path, failure, failure == Errno.ENODEV
            ? "The kernel is built without it (CONFIG_BPF_SYSCALL)."
            : null);
    }

    /// <summary>Unmounts a BPF file system. Pins that nobody else mounts cease to hold anything.</summary>
    /// <param name="path">The directory it is mounted at.</param>
    /// <exception cref="BpfException">Nothing is mounted there, or the right to unmount is missing.</exception>
    public static void Unmount(string path)
    {
        if (SubstituteKernel.Current is { } substitute)
        {
            Check(substitute.Unmount(path), "unmount", path);
            return;
        }

        fixed (byte* target = NativeText.ToUtf8(path))
        {
            if (LibC.umount2(target, DetachLazily) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                throw BpfErrors.Create("unmount", path, errno, errno == Errno.EINVAL ? "Nothing is mounted there." : null);
            }
        }
    }

    /// <summary>Creates a directory for pins, with those above it, for its owner alone. Does nothing when it exists.</summary>
    /// <param name="path">A path in a BPF file system.</param>
    /// <exception cref="BpfException">The path is not in a BPF file system, or cannot be created.</exception>
    public static void CreateDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (SubstituteKernel.Current is { } substitute)
        {
            Check(substitute.CreateDirectory(path), "create a directory for pins at", path);
            return;
        }

        string nearest = path;
        while (!Directory.Exists(nearest) && Path.GetDirectoryName(nearest) is { Length: > 0 } parent)
        {
            nearest = parent;
        }

        if (!IsBpfFileSystem(nearest))
        {
            throw new BpfException("create a directory for pins at", path, 0, $"{nearest} is not in a BPF file system: mount one with BpfFileSystem.Mount, or choose a path under {DefaultPath}.");
        }

        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BpfException("create a directory for pins at", path, 0, e.Message);
        }
    }

    /// <summary>Removes a directory of a BPF file system with all pins in it. What only the pins held is unloaded, and links detach.</summary>
    /// <param name="directory">The directory. A mount point is emptied and stays.</param>
    /// <returns>How many pins were removed; 0 when there is no such directory.</returns>
    /// <exception cref="BpfException">The directory is not in a BPF file system, so nothing was removed; or a pin could not be removed.</exception>
    public static int RemoveAll(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (SubstituteKernel.Current is { } substitute)
        {
            return Check(substitute.RemoveAll(directory), "remove the pins in", directory);
        }

        if (!Directory.Exists(directory))
        {
            return 0;
        }

        // A wrong path must not cost anybody files.
        if (!IsBpfFileSystem(directory))
        {
            throw new BpfException("remove the pins in", directory, 0, "It is not in a BPF file system; nothing was removed.");
        }

        try
        {
            return RemoveTree(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BpfException("remove the pins in", directory, 0, e.Message);
        }
    }

    internal static bool IsDirectory(string path) =>
        SubstituteKernel.Current is { } substitute ? substitute.IsBpfFileSystem(path) && !substitute.IsPinned(path) : Directory.Exists(path);

    /// <summary>Gives a pin another path, in one step and in place of what is pinned there.</summary>
    internal static void Move(string path, string target)
    {
        if (SubstituteKernel.Current is { } substitute)
        {
            Check(substitute.MovePin(path, target), "move the pin to", target);
        }
        else
        {
            File.Move(path, target, overwrite: true);
        }
    }

    /// <summary>Removes a pin; does nothing when there is none.</summary>
    internal static void Delete(string path)
    {
        if (SubstituteKernel.Current is { } substitute)
        {
            _ = substitute.RemovePin(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static int Check(int result, string operation, string path) =>
        result >= 0 ? result : throw BpfErrors.Create(operation, path, -result);

    private static int RemoveTree(string directory)
    {
        bool mountPoint = Path.GetDirectoryName(Path.GetFullPath(directory)) is not { } parent || !IsBpfFileSystem(parent);
        int removed = 0;
        foreach (string path in Directory.GetFileSystemEntries(directory))
        {
            if (mountPoint && KernelFiles.Contains(Path.GetFileName(path)))
            {
                continue;
            }

            if (Directory.Exists(path) && (File.GetAttributes(path) & FileAttributes.ReparsePoint) == 0)
            {
                removed += RemoveTree(path);
            }
            else
            {
                File.Delete(path);
                removed++;
            }
        }

        if (!mountPoint)
        {
            Directory.Delete(directory);
        }

        return removed;
    }
}
