using Clovisor.Bpf.Tokens;

namespace Clovisor.Bpf.Maps;

/// <summary>Everything the kernel wants to know to create a map. Immutable.</summary>
/// <param name="Type">The type.</param>
/// <param name="Name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
public sealed record BpfMapSpec(BpfMapType Type, string Name)
{
    /// <summary>Size of a key in bytes.</summary>
    /// <value>Default: 0, right for queues, stacks, bloom filters and ring buffers.</value>
    public int KeySize { get; init; }

    /// <summary>Size of a value in bytes; of one CPU's value in a per-CPU map.</summary>
    /// <value>Default: 0, right for ring buffers.</value>
    public int ValueSize { get; init; }

    /// <summary>The most entries; of a ring buffer its size in bytes.</summary>
    /// <value>Default: 0, right for local storage.</value>
    public uint MaxEntries { get; init; }

    /// <summary>The flags.</summary>
    /// <value>Default: none. <see cref="NumaNode"/> and <see cref="Token"/> add theirs.</value>
    public BpfMapOptions Flags { get; init; }

    /// <summary>The memory node to take the map from.</summary>
    /// <value>Default: null, any.</value>
    public int? NumaNode { get; init; }

    /// <summary>For a map of maps: a map of the shape that its inner maps will have.</summary>
    /// <value>Default: null.</value>
    public BpfMap? InnerMap { get; init; }

    /// <summary>What only some types have (<c>map_extra</c>): the number of hash functions of a bloom filter. From Linux 5.16.</summary>
    /// <value>Default: 0.</value>
    public ulong Extra { get; init; }

    /// <summary>The network device that a map is offloaded to, by index.</summary>
    /// <value>Default: 0, none.</value>
    public int InterfaceIndex { get; init; }

    /// <summary>Whether the map gets C types (BTF) of its sizes: an integer key, and a value of bytes. Local storage demands them.</summary>
    /// <value>Default: false.</value>
    public bool HasTypes { get; init; }

    /// <summary>The token that stands for the rights to create it. From Linux 6.9.</summary>
    /// <value>Default: null; then one is taken from <see cref="BpfToken.Default"/> when the kernel refuses.</value>
    public BpfToken? Token { get; init; }
}
