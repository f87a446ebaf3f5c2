using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Views;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>Writes elements of an array by system call.</summary>
internal sealed class ArrayUpdate : Workload
{
    private readonly Elements _elements;
    private readonly BpfArrayMap<Value> _map;
    private Value _value = Value.Of(0);

    internal ArrayUpdate(Elements elements)
    {
        _elements = elements;
        _map = new(BpfMap.Create(BpfMapType.Array, "peer", 4, 32, (uint)elements.Count));
        for (int i = 0; i < elements.Count; i += Chunk)
        {
            Write(_elements.Order.AsSpan(i, Math.Min(Chunk, elements.Count - i)));
        }

        Verify();
    }

    internal override int Length => _elements.Count;

    internal override int Run(int position)
    {
        Write(_elements.Order.AsSpan(position, Chunk));
        return Chunk;
    }

    internal override void Verify()
    {
        for (int i = 0; i < _elements.Count; i++)
        {
            Require(_map[i] == Value.Of(0) with { A = (ulong)i }, "an element has another value");
        }
    }

    internal override void Close() => _map.Dispose();

    private void Write(ReadOnlySpan<uint> order)
    {
        foreach (uint i in order)
        {
            _value.A = i;
            _map[(int)i] = _value;
        }
    }
}

/// <summary>Writes elements of an array that is mapped into memory.</summary>
internal sealed class ArrayMemoryWrite : Workload
{
    private readonly Elements _elements;
    private readonly BpfArrayMap<ulong> _map;
    private readonly BpfArrayView<ulong> _view;

    internal ArrayMemoryWrite(Elements elements)
    {
        _elements = elements;
        _map = new(BpfMap.Create(BpfMapType.Array, "peer", 4, 8, (uint)elements.Count, BpfMapOptions.MemoryMappable));
        _view = _map.MapWritable();
    }

    internal override int Length => _elements.Count;

    internal override int Chunk => 4096;

    internal override int Run(int position)
    {
        BpfArrayView<ulong> view = _view;
        foreach (uint i in _elements.Order.AsSpan(position, Chunk))
        {
            view[(int)i] = i + 1UL;
        }

        return Chunk;
    }

    // A short measurement may not have come through the whole array.
    internal override void Verify()
    {
        for (int i = 0; i + Chunk <= Length; i += Chunk)
        {
            Run(i);
        }

        foreach (uint i in _elements.Order.AsSpan(0, Length / Chunk * Chunk))
        {
            Require(_map[(int)i] == i + 1UL, "a store is not seen through the map");
        }
    }

    internal override void Close()
    {
        _view.Dispose();
        _map.Dispose();
    }
}

/// <summary>Reads all CPUs' values of an element.</summary>
internal sealed class PerCpuArrayLookup : Workload
{
    private readonly Elements _elements;
    private readonly BpfPerCpuArrayMap<Value> _map;
    private readonly Value[] _values;
    private ulong _sum;

    internal PerCpuArrayLookup(Elements elements)
    {
        _elements = elements;
        _map = new(BpfMap.Create(BpfMapType.PerCpuArray, "peer", 4, 32, (uint)elements.Count));
        _values = new Value[_map.CpuCount];
        for (int i = 0; i < elements.Count; i++)
        {
            for (int cpu = 0; cpu < _values.Length; cpu++)
            {
                _values[cpu] = Value.Of((ulong)(i + cpu));
            }

            _map.Write(i, _values);
        }

        Verify();
    }

    internal override int Length => _elements.Count;

    internal override int Run(int position)
    {
        ulong sum = 0;
        foreach (uint i in _elements.Order.AsSpan(position, Chunk))
        {
            _map.Read((int)i, _values);
            foreach (ref readonly Value value in _values.AsSpan())
            {
                sum += value.A;
            }
        }

        _sum += sum;
        return Chunk;
    }

    internal override void Verify()
    {
        for (int i = 0; i < _elements.Count; i++)
        {
            _map.Read(i, _values);
            for (int cpu = 0; cpu < _values.Length; cpu++)
            {
                Require(_values[cpu] == Value.Of((ulong)(i + cpu)), "a CPU has another value");
            }
        }
    }

    internal override void Close() => _map.Dispose();
}
