using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Cgroups;

/// <summary>Finds control groups. BPF programs attach to those of version 2 alone, which may be mounted beside version 1.</summary>
public static unsafe class Cgroup
{
    private const long Magic = 0x63677270;
    private const int StatfsBytes = 256;

    /// <summary>Where cgroup2 is mounted in the mount namespace of the process: <c>/sys/fs/cgroup</c>, or <c>/sys/fs/cgroup/unified</c>; null when it is not.</summary>
    /// <exception cref="IOException">procfs is not mounted at <c>/proc</c>.</exception>
    public static string? FindMountPoint()
    {
        foreach (string line in File.ReadLines("/proc/self/mounts"))
        {
            string[] fields = line.Split(' ');
            if (fields.Length > 2 && fields[2] == "cgroup2")
            {
                return Unescape(fields[1]);
            }
        }

        return null;
    }

    /// <summary>The directory of the control group that a process is in; null when cgroup2 is not mounted, or the group lies outside of the mount.</summary>
    /// <param name="processId">The process, as the caller's namespace numbers it; 0 is the caller.</param>
    /// <exception cref="IOException">There is no such process.</exception>
    public static string? FindOfProcess(int processId = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(processId);
        string path = processId == 0 ? "/proc/self/cgroup" : FormattableString.Invariant($"/proc/{processId}/cgroup");
        string? line = File.ReadLines(path).FirstOrDefault(static line => line.StartsWith("0::/", StringComparison.Ordinal));
        return line is null || line.StartsWith("0::/..", StringComparison.Ordinal) || FindMountPoint() is not { } root ? null : Path.Join(root, line[3..]).TrimEnd('/');
    }

    /// <summary>The kernel's number of a control group, by which <c>bpf_get_current_cgroup_id</c> and link descriptions name it.</summary>
    /// <param name="path">The group's directory in a cgroup2 file system.</param>
    /// <exception cref="BpfException">The path is not of a control group.</exception>
    public static ulong ReadId(string path)
    {
        using BpfHandle group = Open(path);
        using BpfHandle.FdLease lease = group.Lease();

        // struct file_handle: its size, its kind, and for a control group the number.
        byte* handle = stackalloc byte[16];
        *(uint*)handle = 8;
        int mount;
        if (LibC.name_to_handle_at(lease.Descriptor, handle, &mount) != 0)
        {
            throw BpfErrors.Create("read the number of control group", path, Marshal.GetLastPInvokeError());
        }

        return *(ulong*)(handle + 8);
    }

    /// <summary>Opens the directory, and refuses what is not of a cgroup2 file system: the kernel's own answer is a bare EBADF.</summary>
    internal static BpfHandle Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte* buffer = stackalloc byte[StatfsBytes];
        fixed (byte* text = NativeText.ToUtf8(path))
        {
            if (LibC.statfs(text, buffer) == 0 && *(long*)buffer != Magic)
            {
                string mounted = FindMountPoint() is { } root ? $"It is mounted at {root}." : "It is not mounted: mount -t cgroup2 none /sys/fs/cgroup/unified";
                throw new BpfException("open the control group", path, 0, $"It is not in a cgroup2 file system. {mounted}");
            }
        }

        return KernelFile.Open(path, "control group");
    }

    // Blanks and the like are three octal digits in this file.
    private static string Unescape(string text)
    {
        int at = text.IndexOf('\\', StringComparison.Ordinal);
        return at < 0 || at + 3 >= text.Length
            ? text
            : string.Concat(text.AsSpan(0, at), ((char)Convert.ToInt32(text.Substring(at + 1, 3), 8)).ToString(), Unescape(text[(at + 4)..]));
    }
}
