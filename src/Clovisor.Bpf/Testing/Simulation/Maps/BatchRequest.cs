namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>The operands of a batch command, as spans over the caller's memory.</summary>
internal unsafe ref struct BatchRequest
{
    internal byte* In;
    internal byte* Out;
    internal byte* Keys;
    internal byte* Values;

    /// <summary>The capacity; becomes what was done.</summary>
    internal uint Count;

    internal ulong ElementFlags;

    internal readonly Span<byte> Key(uint index, int size) => new(Keys + ((long)index * size), size);

    internal readonly Span<byte> Value(uint index, int size) => new(Values + ((long)index * size), size);
}
