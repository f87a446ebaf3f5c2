using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Loading;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf;

/// <summary>A map as an object file defines it, before loading. Not safe for use from several threads at once.</summary>
public sealed class BpfMapDefinition
{
    private readonly Func<byte[]> _readInitialValue;
    private uint _maxEntries;
    private BpfMapOptions _flags;
    private ulong _extra;
    private int? _numaNode;
    private BpfMap? _innerMap;
    private string? _pinPath;

    internal BpfMapDefinition(MapDefinitionData data, MapBtf? btf, Func<byte[]> readInitialValue)
    {
        Name = data.Name;
        Section = data.Section;
        Type = data.Type;
        KeySize = data.KeySize;
        ValueSize = data.ValueSize;
        AutoCreate = data.AutoCreate;
        _maxEntries = data.MaxEntries;
        _flags = data.Flags;
        _extra = data.Extra;
        _pinPath = data.PinPath;
        Btf = btf;
        _readInitialValue = readInitialValue;
    }

    /// <summary>The name in the object file.</summary>
    public string Name { get; }

    /// <summary>The section of global variables that it holds, such as <c>.data</c>; null for a map that the program declares.</summary>
    public string? Section { get; }

    /// <summary>The type.</summary>
    public BpfMapType Type { get; }

    /// <summary>Size of a key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>Size of a value in bytes; of one CPU's value in a per-CPU map.</summary>
    public int ValueSize { get; }

    /// <summary>Whether it is created. A program that uses a map which is not is refused.</summary>
    /// <value>Default: true, unless the object says otherwise.</value>
    public bool AutoCreate { get; set; }

    /// <summary>The flags. The default is what the object file says.</summary>
    /// <exception cref="InvalidOperationException">A map to reuse was set, and its flags stand.</exception>
    public BpfMapOptions Flags
    {
        get => _flags;
        set
        {
            RequireNew();
            _flags = value;
            Changed |= MapChanges.Flags;
        }
    }

    /// <summary>The most entries the map will hold, at least 1. The default is what the object file says.</summary>
    /// <exception cref="InvalidOperationException">A map to reuse was set, and that one's size stands.</exception>
    public uint MaxEntries
    {
        get => _maxEntries;
        set
        {
            ArgumentOutOfRangeException.ThrowIfZero(value);
            RequireNew();
            _maxEntries = value;
            Changed |= MapChanges.MaxEntries;
        }
    }

    /// <summary>What only some types have (<c>map_extra</c>): the number of hash functions of a bloom filter. From Linux 5.16.</summary>
    /// <exception cref="InvalidOperationException">A map to reuse was set.</exception>
    public ulong Extra
    {
        get => _extra;
        set
        {
            RequireNew();
            _extra = value;
            Changed |= MapChanges.Extra;
        }
    }

    /// <summary>The memory node to take the map from; null for any.</summary>
    /// <exception cref="InvalidOperationException">A map to reuse was set.</exception>
    public int? NumaNode
    {
        get => _numaNode;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0);
            RequireNew();
            _numaNode = value;
            Changed |= MapChanges.NumaNode;
        }
    }

    /// <summary>For a map of maps: a map of the shape that its inner maps will have. Must stay open until the load is over.</summary>
    /// <value>Default: null, what the object file declares.</value>
    public BpfMap? InnerMap
    {
        get => _innerMap;
        set
        {
            RequireNew();
            _innerMap = value;
            Changed |= MapChanges.InnerMap;
        }
    }

    /// <summary>Where the map is pinned once everything is loaded; null for nowhere.</summary>
    /// <value>Default: null, or its name below <see cref="BpfObjectOptions.PinRoot"/> when the program pins it by name.</value>
    public string? PinPath
    {
        get => _pinPath;
        set => _pinPath = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>What happens when something is pinned at <see cref="PinPath"/>.</summary>
    /// <value>Default: null, what <see cref="BpfObjectOptions.PinPolicy"/> says.</value>
    public BpfPinPolicy? PinPolicy { get; set; }

    /// <summary>The bytes that a section of global variables starts with; empty for other maps. Writable: what is written holds for all later loads.</summary>
    public Span<byte> InitialValue => Section is null ? [] : InitialBytes ??= _readInitialValue();

    internal MapBtf? Btf { get; }

    internal MapChanges Changed { get; private set; }

    /// <summary>Null as long as nobody has looked at the bytes: then libbpf's own stand.</summary>
    internal byte[]? InitialBytes { get; private set; }

    /// <summary>A descriptor of the map to use in place of a new one, owned by the object file.</summary>
    internal BpfHandle? Reused { get; private set; }

    /// <summary>Makes the next loads use a map that exists, for example one that was pinned by a process before, instead of a new one.</summary>
    /// <param name="map">The map. The definition takes a descriptor of its own; the caller goes on owning this one.</param>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes, entries or flags differ, or a member of key or value stands elsewhere; every difference is listed, nothing is changed.</exception>
    public void Reuse(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        MapReuse.Require(this, map);
        BpfHandle duplicate = map.Handle.Duplicate($"map {Name}");
        Reused?.Dispose();
        Reused = duplicate;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type}, {KeySize} B -> {ValueSize} B, {MaxEntries} entries)";

    internal void Release()
    {
        Reused?.Dispose();
        Reused = null;
    }

    private void RequireNew()
    {
        if (Reused is not null)
        {
            throw new InvalidOperationException($"Map {Name} is reused from one that exists, whose shape stands.");
        }
    }
}
