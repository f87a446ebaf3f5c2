using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The connections that opened outside, of both families, each in the map of its own. Any thread.</summary>
internal sealed class InboundMap(BpfHashMap<ClvTupleV4, ClvAnswer> v4, BpfHashMap<ClvTuple, ClvAnswer> v6) : IDisposable
{
    internal long CountEntries() => v4.CountEntries() + v6.CountEntries();

    /// <summary>Forgets those that are silent for too long. Memory does not grow with the maps.</summary>
    /// <param name="now">In ticks.</param>
    /// <param name="idle">How long those may be silent that go on.</param>
    /// <param name="closing">The same of those that have ended.</param>
    internal void Sweep(ushort now, TimeSpan idle, TimeSpan closing)
    {
        Sweep(v4, now, idle, closing);
        Sweep(v6, now, idle, closing);
    }

    public void Dispose()
    {
        v4.Dispose();
        v6.Dispose();
    }

    // A packet that comes between the look and the removal loses its link for the rest of the connection, after hours of silence.
    private static void Sweep<TKey>(BpfHashMap<TKey, ClvAnswer> map, ushort now, TimeSpan idle, TimeSpan closing)
        where TKey : unmanaged
    {
        using BpfMapReader<TKey, ClvAnswer> reader = map.CreateReader();
        while (reader.Read())
        {
            for (int i = 0; i < reader.Count; i++)
            {
                if (IsOver(in reader.Values[i], now, idle, closing) && map.TryGetValue(in reader.Keys[i], out ClvAnswer latest) && IsOver(in latest, now, idle, closing))
                {
                    map.Remove(in reader.Keys[i]);
                }
            }
        }
    }

    // The tick of the last packet may have been nearly over: one less is sure to have passed.
    private static bool IsOver(in ClvAnswer answer, ushort now, TimeSpan idle, TimeSpan closing) =>
        SessionClock.Of(SessionClock.Since(answer.Tick, now) - 1) >= (answer.Has(ClvAnswerFlag.Closing) ? closing : idle);
}
