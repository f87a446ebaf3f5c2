using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Queue and stack: without keys; reading looks at what comes next, taking is look-up-and-delete.</summary>
internal sealed class QueueStorage : SimulatedMap
{
    private readonly LinkedList<byte[]> _values = new();

    private QueueStorage(MapTraits traits, string name)
        : base(traits, name)
    {
    }

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        map = null;
        if (traits.MaxEntries == 0 || traits.KeySize != 0 || traits.ValueSize == 0 || traits.Has(~(MapFlags.NumaNode | MapFlags.Access)))
        {
            return -Errno.EINVAL;
        }

        map = new QueueStorage(traits, name);
        return 0;
    }

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        if (Next() is not { } node)
        {
            return -Errno.ENOENT;
        }

        node.Value.CopyTo(value);
        return 0;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if ((flags & MapFlags.NotExisting) != 0 || flags > MapFlags.Existing)
        {
            return -Errno.EINVAL;
        }

        if (_values.Count >= Traits.MaxEntries)
        {
            // The oldest makes room only when the caller said so.
            if (flags != MapFlags.Existing)
            {
                return -Errno.E2BIG;
            }

            _values.RemoveFirst();
        }

        _values.AddLast(value.ToArray());
        return 0;
    }

    internal override int Delete(ReadOnlySpan<byte> key) => -Errno.EINVAL;

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => -Errno.EINVAL;

    internal override int LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value)
    {
        int result = Lookup(key, value);
        if (result == 0)
        {
            _values.Remove(Next()!);
        }

        return result;
    }

    private LinkedListNode<byte[]>? Next() => Traits.Type == BpfMapType.Queue ? _values.First : _values.Last;
}
