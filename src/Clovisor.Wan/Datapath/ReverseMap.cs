using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>Whose arriving tuples are, of both families, each in the map of its own. Any thread.</summary>
internal sealed class ReverseMap(BpfHashMap<ClvTupleV4, ClvOriginV4> v4, BpfHashMap<ClvTuple, ClvOrigin> v6) : IDisposable
{
    internal bool TryAdd(in ClvTuple arriving, in ClvOrigin origin) =>
        arriving.IsV4 ? v4.TryAdd(ClvTupleV4.From(in arriving), ClvOriginV4.From(in origin)) : v6.TryAdd(in arriving, in origin);

    internal bool TryGetValue(in ClvTuple arriving, out ClvOrigin origin)
    {
        if (!arriving.IsV4)
        {
            return v6.TryGetValue(in arriving, out origin);
        }

        bool found = v4.TryGetValue(ClvTupleV4.From(in arriving), out ClvOriginV4 narrow);
        origin = narrow.Widen();
        return found;
    }

    internal bool Remove(in ClvTuple arriving) =>
        arriving.IsV4 ? v4.Remove(ClvTupleV4.From(in arriving)) : v6.Remove(in arriving);

    internal long CountEntries() => v4.CountEntries() + v6.CountEntries();

    /// <summary>The entries that a test of them is true of. Memory grows with those alone.</summary>
    internal List<(ClvTuple Arriving, ClvOrigin Origin)> Where(Func<ClvTuple, ClvOrigin, bool> test)
    {
        List<(ClvTuple, ClvOrigin)> found = [];
        using (BpfMapReader<ClvTupleV4, ClvOriginV4> reader = v4.CreateReader())
        {
            foreach ((ClvTupleV4 key, ClvOriginV4 value) in reader)
            {
                Add(key.Widen(), value.Widen());
            }
        }

        using (BpfMapReader<ClvTuple, ClvOrigin> reader = v6.CreateReader())
        {
            foreach ((ClvTuple key, ClvOrigin value) in reader)
            {
                Add(key, value);
            }
        }

        return found;

        void Add(ClvTuple arriving, ClvOrigin origin)
        {
            if (test(arriving, origin))
            {
                found.Add((arriving, origin));
            }
        }
    }

    public void Dispose()
    {
        v4.Dispose();
        v6.Dispose();
    }
}
