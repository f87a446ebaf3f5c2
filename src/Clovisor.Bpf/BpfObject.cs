using System.Diagnostics.CodeAnalysis;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;

namespace Clovisor.Bpf;

/// <summary>A loaded object: its programs and maps by name.</summary>
/// <remarks>
/// Every program and map that is taken out owns a descriptor of its own, belongs to the caller and lives on when the object is disposed.
/// Safe to use from any thread.
/// </remarks>
public sealed class BpfObject : IDisposable
{
    private readonly Dictionary<string, Entry> _maps;
    private readonly Dictionary<string, Entry> _programs;

    internal BpfObject(string name, Dictionary<string, Entry> maps, Dictionary<string, Entry> programs)
    {
        Name = name;
        _maps = maps;
        _programs = programs;
    }

    /// <summary>The name of the file it was loaded from.</summary>
    public string Name { get; }

    /// <summary>The names of the maps.</summary>
    public IReadOnlyCollection<string> MapNames => _maps.Keys;

    /// <summary>The names of the programs.</summary>
    public IReadOnlyCollection<string> ProgramNames => _programs.Keys;

    /// <summary>Takes out a program. The caller disposes it.</summary>
    /// <param name="name">The name of the C function.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfProgram Program(string name) =>
        TryGetProgram(name, out BpfProgram? program) ? program : throw Missing("program", name, _programs.Keys);

    /// <summary>Takes out a program, if there is one. The caller disposes it.</summary>
    /// <param name="name">The name of the C function.</param>
    /// <param name="program">The program.</param>
    public bool TryGetProgram(string name, [NotNullWhen(true)] out BpfProgram? program)
    {
        program = _programs.TryGetValue(name, out Entry? entry) ? new BpfProgram(entry.Handle.Duplicate($"program {name}"), name) : null;
        return program is not null;
    }

    /// <summary>Takes out a map as bytes. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfMap Map(string name) =>
        TryGetMap(name, out BpfMap? map) ? map : throw Missing("map", name, _maps.Keys);

    /// <summary>Takes out a map as bytes, if there is one. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <param name="map">The map.</param>
    public bool TryGetMap(string name, [NotNullWhen(true)] out BpfMap? map)
    {
        map = _maps.TryGetValue(name, out Entry? entry) ? new BpfMap(entry.Handle.Duplicate($"map {name}"), name, entry.Btf) : null;
        return map is not null;
    }

    /// <summary>Takes out a hash or LRU hash map. The caller disposes it.</summary>
    /// <typeparam name="TKey">A struct of exactly the key's layout.</typeparam>
    /// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfHashMap<TKey, TValue> HashMap<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => Wrap(name, static map => new BpfHashMap<TKey, TValue>(map));

    /// <summary>Takes out an array map. The caller disposes it.</summary>
    /// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfArrayMap<TValue> ArrayMap<TValue>(string name)
        where TValue : unmanaged => Wrap(name, static map => new BpfArrayMap<TValue>(map));

    /// <summary>Takes out a per-CPU array map. The caller disposes it.</summary>
    /// <typeparam name="TValue">A struct of exactly one CPU's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfPerCpuArrayMap<TValue> PerCpuArrayMap<TValue>(string name)
        where TValue : unmanaged => Wrap(name, static map => new BpfPerCpuArrayMap<TValue>(map));

    /// <summary>Takes out a ring buffer to read records from. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <param name="options">How to wait and what to count; null for the defaults.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">The map is no ring buffer.</exception>
    public BpfRingBuffer RingBuffer(string name, BpfReaderOptions? options = null) => Wrap(name, map => new BpfRingBuffer(map, options));

    /// <summary>Closes the object's own descriptors. What nobody else holds, attached or pinned is unloaded by the kernel.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _maps.Values.Concat(_programs.Values))
        {
            entry.Handle.Dispose();
        }
    }

    private TMap Wrap<TMap>(string name, Func<BpfMap, TMap> wrap)
    {
        BpfMap map = Map(name);
        try
        {
            return wrap(map);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private KeyNotFoundException Missing(string kind, string name, IEnumerable<string> known) =>
        new($"{Name} has no {kind} {name}. It has: {string.Join(", ", known)}.");

    internal sealed record Entry(BpfHandle Handle, MapBtf? Btf);
}
