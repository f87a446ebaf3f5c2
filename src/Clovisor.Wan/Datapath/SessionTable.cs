using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The sessions in the kernel, and the arriving tuples that lead to them.</summary>
internal sealed class SessionTable
{
    private const int E2Big = 7;
    private const ulong FreshNs = 1_000_000_000;

    private readonly BpfHashMap<ClvTuple, ClvSession> _sessions;
    private readonly BpfHashMap<ClvTuple, ClvOrigin> _reverse;
    private readonly WanDatapathSettings _settings;
    private readonly SessionClock _clock;

    internal SessionTable(DatapathMaps maps, WanDatapathSettings settings)
    {
        _sessions = maps.Sessions;
        _reverse = maps.Reverse;
        _settings = settings;
        _clock = new SessionClock(settings.TimeProvider);
    }

    /// <summary>Enters a session, or classifies one that is there anew. The program binds it to a link by its first packet.</summary>
    /// <param name="key">The session.</param>
    /// <param name="association">The index of its association.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="moves">Whether a session that is there goes to that slot too.</param>
    internal ClvSession Enter(in ClvTuple key, int association, byte slot, bool moves)
    {
        var session = new ClvSession { LastSeenNs = _clock.Nanoseconds, Association = (ushort)association, Slot = slot };
        // Twice, since one that is there may end between the two looks.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            if (TryAdd(in key, in session))
            {
                return session;
            }

            if (!_sessions.TryGetValue(in key, out ClvSession present))
            {
                continue;
            }

            // One that packets pass now must not be written over: what they count meanwhile would be lost.
            bool fresh = session.LastSeenNs < present.LastSeenNs + FreshNs;
            if (present.Association == association && present.State != ClvSessionState.Closing && fresh && (!moves || present.Slot == slot))
            {
                return present;
            }

            // A packet that passes between the look and this write goes uncounted; its binding the program restores by itself.
            present.Association = (ushort)association;
            present.Slot = moves ? slot : present.Slot;
            present.LastSeenNs = session.LastSeenNs;
            if (_sessions.TryUpdate(in key, in present))
            {
                return present;
            }
        }

        return session;
    }

    /// <summary>Makes the program take the session's link for lost, by a generation that the link does not have.</summary>
    internal bool Unpin(in ClvTuple key, int link)
    {
        if (!_sessions.TryGetValue(in key, out ClvSession session) || !session.Binding.IsPinned || session.Binding.Link != link)
        {
            return false;
        }

        session.Binding.Generation--;
        return _sessions.TryUpdate(in key, in session);
    }

    internal bool Remove(in ClvTuple key)
    {
        if (!_sessions.TryTake(in key, out ClvSession session))
        {
            return false;
        }

        Release(in key, in session);
        return true;
    }

    internal IReadOnlyList<KeyValuePair<ClvTuple, ClvSession>> Snapshot() => _sessions.Snapshot().Entries;

    /// <summary>Forgets sessions that are idle, and arriving tuples that lead to none.</summary>
    /// <param name="gate">What <see cref="Enter"/> and <see cref="Remove"/> are called under. Held for one session at a time, so that a long
    /// sweep keeps no report waiting.</param>
    /// <returns>How many sessions were forgotten.</returns>
    internal int Sweep(Lock gate)
    {
        // In this order: a tuple that is claimed after the first look cannot seem to be without its session.
        IReadOnlyList<KeyValuePair<ClvTuple, ClvOrigin>> arriving = _reverse.Snapshot().Entries;
        BpfMapSnapshot<ClvTuple, ClvSession> snapshot = _sessions.Snapshot();
        var sessions = new Dictionary<ClvTuple, ClvSession>();
        foreach ((ClvTuple key, ClvSession session) in snapshot.Entries)
        {
            sessions[key] = session;
        }

        ulong now = _clock.Nanoseconds;
        int removed = 0;
        foreach ((ClvTuple key, ClvSession session) in sessions)
        {
            if (!IsIdle(in key, in session, now))
            {
                continue;
            }

            lock (gate)
            {
                // Looked at again: a packet or a report may have come since the copy was taken.
                if (_sessions.TryGetValue(in key, out ClvSession latest) && IsIdle(in key, in latest, now) && Remove(in key))
                {
                    removed++;
                }
            }
        }

        foreach ((ClvTuple tuple, ClvOrigin origin) in snapshot.IsComplete ? arriving : [])
        {
            ClvTuple key = origin.SessionKey(in tuple);
            if (!sessions.TryGetValue(key, out ClvSession session) || (session.Binding.IsBound && !Leads(in tuple, in key, in session)))
            {
                _reverse.Remove(in tuple);
            }
        }

        return removed;
    }

    private static bool Leads(in ClvTuple arriving, in ClvTuple key, in ClvSession session) =>
        key.Reverse(session.WireAddress(in key), session.Binding.Port).Equals(arriving);

    private bool TryAdd(in ClvTuple key, in ClvSession session)
    {
        try
        {
            return _sessions.TryAdd(in key, in session);
        }
        catch (BpfException e) when (e.Errno == E2Big)
        {
            throw new BpfException(
                "enter session",
                key.ToSession().ToString(),
                E2Big,
                $"The table holds its most of {_sessions.Map.MaxEntries} sessions, and live ones are never pushed out. Raise MaxSessions, or shorten the idle times.");
        }
    }

    private bool IsIdle(in ClvTuple key, in ClvSession session, ulong now)
    {
        TimeSpan limit = session.State switch
        {
            ClvSessionState.New => _settings.OpeningIdle,
            _ when !key.IsTcp => _settings.UdpIdle,
            ClvSessionState.Opening => _settings.OpeningIdle,
            ClvSessionState.Closing => _settings.ClosingIdle,
            _ => _settings.TcpIdle,
        };
        return now > session.LastSeenNs && now - session.LastSeenNs > (ulong)limit.Ticks * 100;
    }

    private void Release(in ClvTuple key, in ClvSession session)
    {
        if (!session.Binding.IsBound)
        {
            return;
        }

        ClvTuple arriving = key.Reverse(session.WireAddress(in key), session.Binding.Port);
        if (_reverse.TryGetValue(in arriving, out ClvOrigin origin) && origin.SessionKey(in arriving).Equals(key))
        {
            _reverse.Remove(in arriving);
        }
    }
}
