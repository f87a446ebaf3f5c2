using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Loading;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Pinning;

/// <summary>
/// The pins of one load: what is there is judged before anything is created, what is new is pinned after everything is loaded, and what
/// was pinned is taken back when a later pin fails.
/// </summary>
internal sealed class MapPins : IDisposable
{
    private readonly Dictionary<int, BpfHandle> _reused = [];
    private readonly List<(int Map, string Path, bool Replaces)> _wanted = [];

    private MapPins()
    {
    }

    /// <exception cref="BpfMapIncompatibleException">A map of another shape is pinned where one is to be reused.</exception>
    /// <exception cref="BpfException">Something is pinned where nothing may be.</exception>
    internal static MapPins Plan(List<BpfMapDefinition> maps, BpfObjectOptions options, string name)
    {
        var pins = new MapPins();
        try
        {
            for (int i = 0; i < maps.Count; i++)
            {
                if (maps[i] is { PinPath: { } path, AutoCreate: true, Reused: null } map)
                {
                    pins.PlanOne(i, map, path, map.PinPolicy ?? options.PinPolicy, name);
                }
            }

            return pins;
        }
        catch
        {
            pins.Dispose();
            throw;
        }
    }

    /// <summary>The pinned map to use in place of a new one; null when there is none.</summary>
    internal BpfHandle? Reused(int map) => _reused.GetValueOrDefault(map);

    /// <summary>Pins what is new. All or nothing.</summary>
    internal void Commit(Func<int, BpfHandle> descriptor)
    {
        var made = new List<string>();
        try
        {
            foreach ((int map, string path, bool replaces) in _wanted)
            {
                if (Path.GetDirectoryName(path) is { Length: > 0 } directory && !BpfFileSystem.IsDirectory(directory))
                {
                    BpfFileSystem.CreateDirectory(directory);
                }

                using BpfHandle handle = descriptor(map);
                if (replaces)
                {
                    Replace(handle, path);
                }
                else
                {
                    BpfSyscall.Pin(handle, path, "the map");
                    made.Add(path);
                }
            }
        }
        catch
        {
            made.ForEach(BpfFileSystem.Delete);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (BpfHandle handle in _reused.Values)
        {
            handle.Dispose();
        }
    }

    private void PlanOne(int index, BpfMapDefinition map, string path, BpfPinPolicy policy, string name)
    {
        if (!BpfFileSystem.IsPinned(path))
        {
            _wanted.Add((index, path, false));
            return;
        }

        if (policy == BpfPinPolicy.FailIfExists)
        {
            throw BpfErrors.Create($"pin map {map.Name} of {name} at", path, Errno.EEXIST);
        }

        using BpfMap pinned = BpfMap.OpenPinned(path);
        if (MapReuse.Differences(map, pinned) is { Count: > 0 } differences)
        {
            if (policy == BpfPinPolicy.Reuse)
            {
                throw new BpfMapIncompatibleException($"reuse {path} as", map.Name, differences);
            }

            _wanted.Add((index, path, true));
            return;
        }

        _reused[index] = pinned.Handle.Duplicate($"map {map.Name}");
    }

    // Pinned beside and moved over: nobody finds the path empty.
    private static void Replace(BpfHandle handle, string path)
    {
        string beside = $"{path}_{Environment.ProcessId}";
        BpfSyscall.Pin(handle, beside, "the map");
        try
        {
            BpfFileSystem.Move(beside, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            BpfFileSystem.Delete(beside);
            throw new BpfException("replace the pin", path, 0, e.Message);
        }
    }
}
