using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>A map. Operations answer as the kernel does: 0 or minus errno. Callers hold the kernel's lock.</summary>
internal abstract class SimulatedMap : SimulatedObject
{
    protected SimulatedMap(MapTraits traits, string name)
        : base(DescriptorKind.Map, name) => Traits = traits;

    internal MapTraits Traits { get; }

    internal bool IsFrozen { get; set; }

    /// <summary>Writable memory mappings that were made of it; the kernel freezes no map that has some.</summary>
    internal bool IsMappedWritable { get; set; }

    /// <summary>The bytes of a value as element operations carry it.</summary>
    internal virtual int ValueBytes => Traits.ValueSize;

    /// <summary>Whether a look-up reads the value first, as that of a bloom filter does.</summary>
    internal virtual bool LookupTakesValue => false;

    internal abstract int Lookup(ReadOnlySpan<byte> key, Span<byte> value);

    internal abstract int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags);

    internal abstract int Delete(ReadOnlySpan<byte> key);

    /// <summary>The key after another; after an empty one the first.</summary>
    internal abstract int NextKey(ReadOnlySpan<byte> key, Span<byte> next);

    internal virtual int LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value) => -Errno.ENOTSUPP;

    /// <summary>Whether maps of this type take a batch command; asked before any other of the batch methods.</summary>
    internal virtual bool HasBatch(BpfCommand command) => false;

    internal virtual int LookupBatch(ref BatchRequest request, bool delete) => GenericBatch.Lookup(this, ref request);

    /// <summary>Memory to map; null when the map has none.</summary>
    internal virtual SharedMemory? Memory => null;
}
