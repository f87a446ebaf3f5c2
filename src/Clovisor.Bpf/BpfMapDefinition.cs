using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf;

/// <summary>A map as an object file defines it, before loading. Not safe for use from several threads at once.</summary>
public sealed class BpfMapDefinition
{
    private uint _maxEntries;

    internal BpfMapDefinition(string name, BpfMapType type, int keySize, int valueSize, uint maxEntries, BpfMapOptions flags, MapBtf? btf)
    {
        Name = name;
        Type = type;
        KeySize = keySize;
        ValueSize = valueSize;
        _maxEntries = maxEntries;
        Flags = flags;
        Btf = btf;
    }

    /// <summary>The name in the object file.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public BpfMapType Type { get; }

    /// <summary>Size of a key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>Size of a value in bytes.</summary>
    public int ValueSize { get; }

    /// <summary>The flags.</summary>
    public BpfMapOptions Flags { get; }

    /// <summary>The most entries the map will hold, at least 1. The default is what the object file says.</summary>
    /// <exception cref="InvalidOperationException">A map to reuse was set, and that one's size stands.</exception>
    public uint MaxEntries
    {
        get => _maxEntries;
        set
        {
            ArgumentOutOfRangeException.ThrowIfZero(value);
            if (Reused is not null)
            {
                throw new InvalidOperationException($"Map {Name} is reused from one that exists, whose size stands.");
            }

            _maxEntries = value;
            IsResized = true;
        }
    }

    internal MapBtf? Btf { get; }

    internal bool IsResized { get; private set; }

    /// <summary>A descriptor of the map to use in place of a new one, owned by the object file.</summary>
    internal BpfHandle? Reused { get; private set; }

    /// <summary>Makes the next loads use a map that exists, for example one that was pinned by a process before, instead of a new one.</summary>
    /// <param name="map">The map. The definition takes a descriptor of its own; the caller goes on owning this one.</param>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes, entries or flags differ; every difference is listed, nothing is changed.</exception>
    public void Reuse(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var differences = new List<string>();
        Compare("type", Type, map.Type);
        Compare("key size", KeySize, map.KeySize);
        Compare("value size", ValueSize, map.ValueSize);
        Compare("max entries", MaxEntries, map.MaxEntries);
        Compare("flags", Flags, map.Flags);
        if (differences.Count > 0)
        {
            throw new BpfMapIncompatibleException("reuse", Name, differences);
        }

        BpfHandle duplicate = map.Handle.Duplicate($"map {Name}");
        Reused?.Dispose();
        Reused = duplicate;

        void Compare<T>(string what, T wanted, T existing)
        {
            if (!EqualityComparer<T>.Default.Equals(wanted, existing))
            {
                differences.Add($"{what} is {wanted} in the object file, {existing} in the existing map (id {map.Id})");
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type}, {KeySize} B -> {ValueSize} B, {MaxEntries} entries)";

    internal void Release()
    {
        Reused?.Dispose();
        Reused = null;
    }
}
