using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>Replaces all CPUs' values of keys that are there.</summary>
internal sealed class PerCpuHashUpdate : Workload
{
    private readonly Elements _elements;
    private readonly BpfPerCpuHashMap<Key, Value> _map;
    private readonly Value[] _values;

    internal PerCpuHashUpdate(Elements elements)
    {
        _elements = elements;
        _map = BpfPerCpuHashMap.Create<Key, Value>("peer", (uint)elements.Count);
        _values = new Value[_map.CpuCount];
        for (int cpu = 0; cpu < _values.Length; cpu++)
        {
            _values[cpu] = Value.Of(0);
        }

        foreach (ref readonly Key key in elements.Keys.AsSpan())
        {
            Require(Write(in key, BpfUpdateMode.NotExisting), "a new key was there already");
        }

        Verify();
    }

    internal override int Length => _elements.Count;

    internal override int Run(int position)
    {
        bool all = true;
        foreach (ref readonly Key key in _elements.Keys.AsSpan(position, Chunk))
        {
            all &= Write(in key, BpfUpdateMode.Existing);
        }

        Require(all, "a key was not there");
        return Chunk;
    }

    internal override void Verify()
    {
        var read = new Value[_values.Length];
        foreach (ref readonly Key key in _elements.Keys.AsSpan())
        {
            Require(_map.TryGetValues(in key, read), "a key is not there");
            for (int cpu = 0; cpu < read.Length; cpu++)
            {
                Require(read[cpu] == Value.Of(0) with { A = key.B + (ulong)cpu }, "a CPU has another value");
            }
        }
    }

    internal override void Close() => _map.Dispose();

    private bool Write(in Key key, BpfUpdateMode mode)
    {
        for (int cpu = 0; cpu < _values.Length; cpu++)
        {
            _values[cpu].A = key.B + (ulong)cpu;
        }

        return _map.TrySet(in key, _values, mode);
    }
}
