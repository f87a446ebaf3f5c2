using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Arrays whose elements are programs or maps: written as descriptors, read as numbers, and holding what they name.</summary>
internal sealed class ReferenceArrayStorage : SimulatedMap
{
    private readonly Dictionary<uint, SimulatedObject> _elements = [];
    private readonly Func<int, SimulatedObject?> _resolve;
    private readonly MapTraits? _inner;
    private uint _programType;

    private ReferenceArrayStorage(MapTraits traits, string name, MapTraits? inner, Func<int, SimulatedObject?> resolve)
        : base(traits, name)
    {
        _inner = inner;
        _resolve = resolve;
    }

    internal static int Create(MapTraits traits, string name, MapTraits? inner, Func<int, SimulatedObject?> resolve, out SimulatedMap? map)
    {
        map = null;
        if (traits.ValueSize != sizeof(uint) || traits.Has(MapFlags.ReadOnlyProgram | MapFlags.WriteOnlyProgram))
        {
            return -Errno.EINVAL;
        }

        int result = ArrayStorage.Validate(traits);
        map = result == 0 ? new ReferenceArrayStorage(traits, name, inner, resolve) : null;
        return result;
    }

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        uint index = ArrayStorage.Index(key);
        if (!_elements.TryGetValue(index, out SimulatedObject? element))
        {
            return -Errno.ENOENT;
        }

        return BitConverter.TryWriteBytes(value, element.Id) ? 0 : -Errno.EFAULT;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if (flags != 0)
        {
            return -Errno.EINVAL;
        }

        uint index = ArrayStorage.Index(key);
        if (index >= Traits.MaxEntries)
        {
            return -Errno.E2BIG;
        }

        SimulatedObject? element = _resolve(BitConverter.ToInt32(value));
        int result = Accept(element);
        if (result == 0)
        {
            element!.AddReference();
            _elements.GetValueOrDefault(index)?.Release();
            _elements[index] = element;
        }

        return result;
    }

    internal override int Delete(ReadOnlySpan<byte> key)
    {
        uint index = ArrayStorage.Index(key);
        if (index >= Traits.MaxEntries)
        {
            return -Errno.E2BIG;
        }

        if (!_elements.Remove(index, out SimulatedObject? element))
        {
            return -Errno.ENOENT;
        }

        element.Release();
        return 0;
    }

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => ArrayStorage.NextIndex(key, next, Traits.MaxEntries);

    internal override bool HasBatch(BpfCommand command) =>
        _inner is not null && command is (BpfCommand.MapLookupBatch or BpfCommand.MapUpdateBatch);

    protected override void OnFree() => Clear();

    // Programs could hold the array that holds them: the kernel empties it when nobody in user space can reach it any more.
    protected override void OnUserReferencesGone()
    {
        if (_inner is null)
        {
            Clear();
        }
    }

    private int Accept(SimulatedObject? element)
    {
        if (_inner is not null)
        {
            return element is not SimulatedMap map ? -Errno.EBADF : _inner.AcceptsAsInner(map.Traits) ? 0 : -Errno.EINVAL;
        }

        if (element is not SimulatedProgram program)
        {
            return element is null ? -Errno.EBADF : -Errno.EINVAL;
        }

        // The first program decides what all others have to be.
        if (_programType == 0)
        {
            _programType = program.Type;
        }

        return _programType == program.Type ? 0 : -Errno.EINVAL;
    }

    private void Clear()
    {
        SimulatedObject[] held = [.. _elements.Values];
        _elements.Clear();
        Array.ForEach(held, static element => element.Release());
    }
}
