using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Hosting.Callers;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Sessions;

/// <summary>By which rule each live session came, and who reported it. Some 33 bytes a session of IPv4. Thread-safe.</summary>
/// <remarks>
/// The kernel ends sessions without a word, so this has some that are over, until <see cref="ForgetEnded"/>. In shards, each with a lock of its own, of which a caller holds one for less than a
/// microsecond; a shard that grows copies itself alone.
/// </remarks>
internal sealed class EnteredSessions
{
    /// <summary>In place of a rule: the session's last report belongs to no association, and it keeps the one that it had.</summary>
    internal const string Unclassified = "";

    private const int Shards = 32;

    private readonly Origins _origins = new();
    private readonly Shard[] _shards;
    private int _count;

    internal EnteredSessions() => _shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard(_origins))];

    internal int Count => Volatile.Read(ref _count);

    /// <summary>Notes a session, in place of an earlier one of its name.</summary>
    internal void Note(in SessionTuple session, string? route, CallerAccount caller)
    {
        Origin origin = new(route, caller);
        CallerAccount? former = IsV4(session) ? ShardOf(session, out PackedTuple v4).V4.Note(v4, origin) : ShardOf(session, out PackedTupleV6 v6).V6.Note(v6, origin);
        caller.SessionEntered();
        if (former is null)
        {
            Interlocked.Increment(ref _count);
        }
        else
        {
            former.SessionGone();
        }
    }

    internal void Forget(in SessionTuple session) =>
        Gone(IsV4(session) ? ShardOf(session, out PackedTuple v4).V4.Forget(v4) : ShardOf(session, out PackedTupleV6 v6).V6.Forget(v6));

    /// <summary>The rule that a session came by; null where none is known, and where its last report belongs to no association.</summary>
    internal string? RouteOf(in SessionTuple session) => NotedOf(session) is { Length: > 0 } route ? route : null;

    /// <summary>Whether a session was noted as <see cref="Unclassified"/>.</summary>
    internal bool IsUnclassified(in SessionTuple session) => NotedOf(session) is Unclassified;

    private string? NotedOf(in SessionTuple session) => IsV4(session) ? ShardOf(session, out PackedTuple v4).V4.RouteOf(v4) : ShardOf(session, out PackedTupleV6 v6).V6.RouteOf(v6);

    /// <summary>Forgets the sessions that are over.</summary>
    /// <param name="isAlive">Asks the kernel of one. Some microseconds a session, meanwhile reports go on.</param>
    internal void ForgetEnded(Func<SessionTuple, bool> isAlive)
    {
        foreach (Shard shard in _shards)
        {
            shard.V4.ForgetEnded(static key => key.ToTuple(), isAlive, Gone);
            shard.V6.ForgetEnded(static key => key.ToTuple(), isAlive, Gone);
        }
    }

    private void Gone(CallerAccount? caller)
    {
        if (caller is not null)
        {
            caller.SessionGone();
            Interlocked.Decrement(ref _count);
        }
    }

    private static bool IsV4(in SessionTuple session) => session.Source.AddressFamily == AddressFamily.InterNetwork;

    private Shard ShardOf(in SessionTuple session, out PackedTuple key)
    {
        key = PackedTuple.Of(session);
        return _shards[(key.GetHashCode() >>> 8) % Shards];
    }

    private Shard ShardOf(in SessionTuple session, out PackedTupleV6 key)
    {
        key = PackedTupleV6.Of(session);
        return _shards[(key.GetHashCode() >>> 8) % Shards];
    }

    private sealed class Shard(Origins origins)
    {
        internal Table<PackedTuple> V4 { get; } = new(origins);

        internal Table<PackedTupleV6> V6 { get; } = new(origins);
    }

    // The lock of the origins is taken inside a table's, never the other way round.
    private sealed class Table<TKey>(Origins origins)
        where TKey : struct, IEquatable<TKey>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<TKey, int> _sessions = [];

        internal CallerAccount? Note(TKey key, in Origin origin)
        {
            lock (_lock)
            {
                ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, key, out bool known);
                int former = number;
                number = origins.Take(origin);
                return known ? origins.Release(former).Caller : null;
            }
        }

        internal CallerAccount? Forget(TKey key)
        {
            lock (_lock)
            {
                return _sessions.Remove(key, out int number) ? origins.Release(number).Caller : null;
            }
        }

        internal string? RouteOf(TKey key)
        {
            lock (_lock)
            {
                return _sessions.TryGetValue(key, out int number) ? origins.Of(number).Route : null;
            }
        }

        internal void ForgetEnded(Func<TKey, SessionTuple> tupleOf, Func<SessionTuple, bool> isAlive, Action<CallerAccount?> gone)
        {
            TKey[] keys;
            lock (_lock)
            {
                keys = [.. _sessions.Keys];
            }

            foreach (TKey key in keys)
            {
                SessionTuple session = tupleOf(key);
                if (isAlive(session))
                {
                    continue;
                }

                CallerAccount? caller = null;
                lock (_lock)
                {
                    // A session is in the kernel before it is noted here: one that was reported anew since the look is seen now.
                    if (!isAlive(session) && _sessions.Remove(key, out int number))
                    {
                        caller = origins.Release(number).Caller;
                    }
                }

                gone(caller);
            }
        }
    }
}
