using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The sessions of both families, each in the map of its own. Any thread.</summary>
internal sealed class SessionMap(BpfHashMap<ClvTupleV4, ClvSession> v4, BpfHashMap<ClvTuple, ClvSession> v6) : IDisposable
{
    /// <summary>Sees each session of a walk once.</summary>
    internal interface IVisitor
    {
        void Visit(in ClvTuple key, in ClvSession session);
    }

    internal BpfHashMap<ClvTupleV4, ClvSession> V4 => v4;

    internal BpfHashMap<ClvTuple, ClvSession> V6 => v6;

    internal uint Most(in ClvTuple key) => key.IsV4 ? v4.Map.MaxEntries : v6.Map.MaxEntries;

    internal bool TryAdd(in ClvTuple key, in ClvSession session) =>
        key.IsV4 ? v4.TryAdd(ClvTupleV4.From(in key), in session) : v6.TryAdd(in key, in session);

    internal bool TryGetValue(in ClvTuple key, out ClvSession session) =>
        key.IsV4 ? v4.TryGetValue(ClvTupleV4.From(in key), out session) : v6.TryGetValue(in key, out session);

    internal bool TryUpdate(in ClvTuple key, in ClvSession session) =>
        key.IsV4 ? v4.TryUpdate(ClvTupleV4.From(in key), in session) : v6.TryUpdate(in key, in session);

    internal bool TryTake(in ClvTuple key, out ClvSession session) =>
        key.IsV4 ? v4.TryTake(ClvTupleV4.From(in key), out session) : v6.TryTake(in key, out session);

    internal long CountEntries() => v4.CountEntries() + v6.CountEntries();

    /// <summary>Shows every session, some thousands at a time: memory does not grow with the map. Changes meanwhile may be seen or not.</summary>
    internal void Walk<TVisitor>(ref TVisitor visitor)
        where TVisitor : IVisitor, allows ref struct
    {
        using (BpfMapReader<ClvTupleV4, ClvSession> reader = v4.CreateReader())
        {
            while (reader.Read())
            {
                for (int i = 0; i < reader.Count; i++)
                {
                    ClvTuple key = reader.Keys[i].Widen();
                    visitor.Visit(in key, in reader.Values[i]);
                }
            }
        }

        using (BpfMapReader<ClvTuple, ClvSession> reader = v6.CreateReader())
        {
            while (reader.Read())
            {
                for (int i = 0; i < reader.Count; i++)
                {
                    visitor.Visit(in reader.Keys[i], in reader.Values[i]);
                }
            }
        }
    }

    /// <summary>The same one by one, for those who do something between.</summary>
    internal IEnumerable<(ClvTuple Key, ClvSession Session)> Enumerate()
    {
        using (BpfMapReader<ClvTupleV4, ClvSession> reader = v4.CreateReader())
        {
            while (reader.Read())
            {
                for (int i = 0; i < reader.Count; i++)
                {
                    yield return (reader.Keys[i].Widen(), reader.Values[i]);
                }
            }
        }

        using (BpfMapReader<ClvTuple, ClvSession> reader = v6.CreateReader())
        {
            while (reader.Read())
            {
                for (int i = 0; i < reader.Count; i++)
                {
                    yield return (reader.Keys[i], reader.Values[i]);
                }
            }
        }
    }

    public void Dispose()
    {
        v4.Dispose();
        v6.Dispose();
    }
}
