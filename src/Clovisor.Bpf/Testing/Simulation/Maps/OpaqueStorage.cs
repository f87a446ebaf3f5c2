using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>A map of a type that only means something beside devices, sockets or processes: it can be made, found and pinned, but has no elements.</summary>
internal sealed class OpaqueStorage(MapTraits traits, string name) : SimulatedMap(traits, name)
{
    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value) => -Errno.ENOTSUPP;

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags) => -Errno.ENOTSUPP;

    internal override int Delete(ReadOnlySpan<byte> key) => -Errno.ENOTSUPP;

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => -Errno.ENOTSUPP;
}
