using System.Globalization;
using System.Net.Sockets;
using Clovisor.Bpf;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Wan.Datapath;

/// <summary>
/// The directory that holds what outlives the process: <c>maps/</c>, and <c>hooks/</c> with <c>INDEX-egress</c> and <c>INDEX-ingress</c> for every WAN device, <c>INDEX-lan</c> for every LAN device and
/// <c>sockets-NUMBER</c> for the control group. Held by one process at a time.
/// </summary>
internal sealed class PinDirectory : IDisposable
{
    private const int Ebusy = 16;
    private const int TakeAttempts = 50;
    private const int TakePause = 10;
    private const string SocketHooks = "sockets-";
    private const string Lan = "lan";
    private const string MountedByUs = "mounted";
    private const string MadeByUs = "made";

    private readonly Socket _lock;

    private PinDirectory(string path, Socket held)
    {
        Path = path;
        _lock = held;
    }

    internal string Path { get; }

    private string Maps => System.IO.Path.Combine(Path, "maps");

    private string Hooks => System.IO.Path.Combine(Path, "hooks");

    /// <summary>Takes the directory for this process and makes it where it does not exist.</summary>
    /// <exception cref="BpfException">Another process has it, or no BPF file system can be had.</exception>
    internal static PinDirectory Open(string path)
    {
        PinDirectory directory = Take(path);
        try
        {
            directory.Create();
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        return directory;
    }

    /// <summary>Takes a directory that exists. Null when there is none.</summary>
    /// <exception cref="BpfException">Another process has it.</exception>
    internal static PinDirectory? OpenExisting(string path)
    {
        PinDirectory directory = Take(path);
        if (Directory.Exists(directory.Path))
        {
            return directory;
        }

        directory.Dispose();
        return null;
    }

    internal string Map(string name) => System.IO.Path.Combine(Maps, name);

    internal string Hook(int interfaceIndex, TcDirection direction) => System.IO.Path.Combine(
        Hooks, string.Create(CultureInfo.InvariantCulture, $"{interfaceIndex}-{(direction == TcDirection.Egress ? "egress" : "ingress")}"));

    internal string LanHook(int interfaceIndex) => System.IO.Path.Combine(Hooks, string.Create(CultureInfo.InvariantCulture, $"{interfaceIndex}-{Lan}"));

    internal string SocketHook(ulong cgroup) => System.IO.Path.Combine(
        Hooks, string.Create(CultureInfo.InvariantCulture, $"{SocketHooks}{cgroup}"));

    /// <summary>The pins of control groups, each by the kernel's number of its group: a path may name another group later.</summary>
    internal IEnumerable<string> PinnedSocketHooks() => Directory.Exists(Hooks) ? Directory.GetFiles(Hooks, SocketHooks + "*") : [];

    /// <summary>The devices that have pinned hooks.</summary>
    internal IEnumerable<(string Path, DatapathDevice Device)> PinnedHooks()
    {
        if (!Directory.Exists(Hooks))
        {
            yield break;
        }

        foreach (string path in Directory.GetFiles(Hooks))
        {
            string[] parts = System.IO.Path.GetFileName(path).Split('-');
            if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                yield return (path, new DatapathDevice(index, IsLan: parts[1] == Lan));
            }
        }
    }

    internal void RemoveMaps()
    {
        foreach (string path in Directory.Exists(Maps) ? Directory.GetFiles(Maps) : [])
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes the directory, and the file system if it was mounted for it. What others put there stays, and so do then the directories.</summary>
    internal void Remove()
    {
        RemoveMaps();
        foreach ((string path, _) in PinnedHooks().ToList())
        {
            File.Delete(path);
        }

        foreach (string path in PinnedSocketHooks().ToList())
        {
            File.Delete(path);
        }

        DeleteIfEmpty(Maps);
        DeleteIfEmpty(Hooks);
        bool mounted = TakeMarker(MountedByUs);
        bool made = TakeMarker(MadeByUs);
        string mountPoint = MountPointFor(Path);
        if (Path != mountPoint && made)
        {
            DeleteIfEmpty(Path);
        }

        if (mounted && Directory.EnumerateFileSystemEntries(mountPoint).All(IsKernels))
        {
            BpfFileSystem.Unmount(mountPoint);
        }

        // In sysfs there are no directories of ours, and a directory that was there before us is not either.
        if (Path == mountPoint && made)
        {
            DeleteIfEmpty(Path);
        }
    }

    public void Dispose() => _lock.Dispose();

    // An abstract socket: it goes with the process, however that ends, and leaves no file.
    private static PinDirectory Take(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var name = new UnixDomainSocketEndPoint($"\0clovisor:{path}");
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // Tried for a while: a child that the holder was just starting as it ended has the socket until it runs its program.
            using var never = new ManualResetEventSlim();
            for (int attempt = 0; !TryBind(socket, name); attempt++)
            {
                if (attempt == TakeAttempts)
                {
                    throw new BpfException("take", path, Ebusy, "Another process runs the datapath of this directory. Stop it, or choose another PinDirectory.");
                }

                never.Wait(TakePause);
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new PinDirectory(path, socket);
    }

    private static bool TryBind(Socket socket, UnixDomainSocketEndPoint name)
    {
        try
        {
            socket.Bind(name);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    // Some kernels show their iterators in the root of every BPF file system.
    private static bool IsKernels(string path) => System.IO.Path.GetFileName(path) is "maps.debug" or "progs.debug";

    // Nothing can be made below the usual place before a BPF file system is there.
    private static string MountPointFor(string path) =>
        path.StartsWith(BpfFileSystem.DefaultPath + "/", StringComparison.Ordinal) ? BpfFileSystem.DefaultPath : path;

    private bool TakeMarker(string name)
    {
        string marker = System.IO.Path.Combine(Path, name);
        bool exists = Directory.Exists(marker);
        if (exists)
        {
            Directory.Delete(marker);
        }

        return exists;
    }

    private static void DeleteIfEmpty(string path)
    {
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
        }
    }

    private void Create()
    {
        // A second start finds the directory, and the marker of the first in it.
        bool isNew = !Directory.Exists(Path);
        string existing = Path;
        while (!Directory.Exists(existing))
        {
            existing = System.IO.Path.GetDirectoryName(existing)!;
        }

        if (!BpfFileSystem.IsBpfFileSystem(existing))
        {
            BpfFileSystem.Mount(MountPointFor(Path));
            BpfFileSystem.CreateDirectory(System.IO.Path.Combine(Path, MountedByUs));
        }

        if (isNew)
        {
            BpfFileSystem.CreateDirectory(System.IO.Path.Combine(Path, MadeByUs));
        }

        BpfFileSystem.CreateDirectory(Maps);
        BpfFileSystem.CreateDirectory(Hooks);
    }
}
