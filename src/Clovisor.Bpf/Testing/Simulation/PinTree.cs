using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>The BPF file systems of a simulated kernel: directories and pins. Paths of the machine are never looked at.</summary>
internal sealed class PinTree
{
    private const int Enotdir = 20;

    private readonly HashSet<string> _mounts = [BpfFileSystem.DefaultPath];
    private readonly HashSet<string> _directories = [];
    private readonly SortedDictionary<string, SimulatedObject> _pins = new(StringComparer.Ordinal);

    internal IReadOnlyList<string> Pins => [.. _pins.Keys];

    internal bool IsInside(string path)
    {
        string full = Path.GetFullPath(path);
        return IsDirectory(full) || _pins.ContainsKey(full);
    }

    internal int Mount(string path) => _mounts.Add(Path.GetFullPath(path)) ? 0 : -Errno.EBUSY;

    internal int Unmount(string path)
    {
        string full = Path.GetFullPath(path);
        if (!_mounts.Contains(full))
        {
            return -Errno.EINVAL;
        }

        RemoveBelow(full);
        _mounts.Remove(full);
        return 0;
    }

    internal int CreateDirectory(string path)
    {
        string full = Path.GetFullPath(path);
        if (IsDirectory(full))
        {
            return 0;
        }

        if (_pins.ContainsKey(full))
        {
            return -Errno.EEXIST;
        }

        if (Path.GetDirectoryName(full) is not { } parent || HasDot(full) || !_mounts.Any(mount => IsBelow(full, mount)))
        {
            return -Errno.EPERM;
        }

        int result = CreateDirectory(parent);
        if (result == 0)
        {
            _directories.Add(full);
        }

        return result;
    }

    internal int Pin(string path, SimulatedObject target)
    {
        string full = Path.GetFullPath(path);
        string parent = Path.GetDirectoryName(full) ?? "/";
        if (_pins.ContainsKey(full) || IsDirectory(full))
        {
            return -Errno.EEXIST;
        }

        if (_pins.ContainsKey(parent))
        {
            return -Enotdir;
        }

        if (!IsDirectory(parent))
        {
            // Somewhere else on the machine is no place for pins; below a mount the directory is what is missing.
            return _mounts.Any(mount => IsBelow(full, mount)) ? -Errno.ENOENT : -Errno.EPERM;
        }

        if (HasDot(full))
        {
            return -Errno.EPERM;
        }

        _pins.Add(full, target);
        target.AddUserReference();
        return 0;
    }

    internal SimulatedObject? Find(string path) => _pins.GetValueOrDefault(Path.GetFullPath(path));

    internal int Remove(string path)
    {
        if (!_pins.Remove(Path.GetFullPath(path), out SimulatedObject? target))
        {
            return -Errno.ENOENT;
        }

        target.ReleaseUser();
        return 0;
    }

    internal int Move(string path, string target)
    {
        string from = Path.GetFullPath(path);
        string to = Path.GetFullPath(target);
        if (!_pins.Remove(from, out SimulatedObject? moved))
        {
            return -Errno.ENOENT;
        }

        if (_pins.Remove(to, out SimulatedObject? replaced))
        {
            replaced.ReleaseUser();
        }

        _pins.Add(to, moved);
        return 0;
    }

    internal int RemoveAll(string directory)
    {
        string full = Path.GetFullPath(directory);
        if (!IsDirectory(full))
        {
            return 0;
        }

        int removed = RemoveBelow(full);
        _directories.Remove(full);
        return removed;
    }

    internal void Clear()
    {
        foreach (string mount in _mounts)
        {
            RemoveBelow(mount);
        }
    }

    private static bool IsBelow(string path, string directory) => path.StartsWith(directory + "/", StringComparison.Ordinal);

    // Names with dots are the kernel's own.
    private static bool HasDot(string path) => Path.GetFileName(path).Contains('.', StringComparison.Ordinal);

    private bool IsDirectory(string path) => _mounts.Contains(path) || _directories.Contains(path);

    private int RemoveBelow(string directory)
    {
        string[] below = [.. _pins.Keys.Where(path => IsBelow(path, directory))];
        foreach (string path in below)
        {
            Remove(path);
        }

        _directories.RemoveWhere(path => IsBelow(path, directory));
        return below.Length;
    }
}
