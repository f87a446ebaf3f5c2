using Clovisor.Bpf;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The sessions in the kernel, and the arriving tuples that lead to them.</summary>
internal sealed class SessionTable
{
    private const int E2Big = 7;

    private readonly SessionMap _sessions;
    private readonly ReverseMap _reverse;
    private readonly InboundMap _inbound;
    private readonly LinkSources _sources;
    private readonly FarEnds _farEnds;
    private readonly WanDatapathSettings _settings;
    private readonly SessionClock _clock;

    internal SessionTable(DatapathMaps maps, WanDatapathSettings settings)
    {
        _sessions = maps.Sessions;
        _reverse = maps.Reverse;
        _inbound = maps.Inbound;
        _sources = maps.Sources;
        _farEnds = maps.FarEnds;
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
        ushort now = _clock.Tick;
        var session = ClvSession.New(association, slot, now);
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
            bool fresh = present.Age(now) <= 1;
            if (present.Association == association && present.State != ClvSessionState.Closing && fresh && (!moves || present.Slot == slot))
            {
                return present;
            }

            // A packet that passes between the look and this write goes uncounted; its binding the program restores by itself.
            present = present.MovedTo(association, moves ? slot : present.Slot, now);
            if (present.State == ClvSessionState.Closing)
            {
                // Reported for the connection that comes next: what is left of the one before decides nothing any more.
                present.State = ClvSessionState.New;
            }

            if (_sessions.TryUpdate(in key, in present))
            {
                return present;
            }
        }

        return session;
    }

    /// <summary>Makes the program take the session's link for lost.</summary>
    internal bool Unpin(in ClvTuple key, int link)
    {
        if (!_sessions.TryGetValue(in key, out ClvSession session) || !session.Binding.IsPinned || session.Binding.LinkIndex != link)
        {
            return false;
        }

        session.Binding = session.Binding.AsLost();
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

    /// <summary>Forgets a session, unless its packets would go on without the address that its peer knows it by.</summary>
    /// <returns>Whether the session stays.</returns>
    /// <remarks>One without packets is forgotten. One that is ending stays for what still comes of it; the connection that comes next takes nothing over from it.</remarks>
    internal bool Unclassify(in ClvTuple key, out ClvSession kept)
    {
        if (_sessions.TryGetValue(in key, out kept)
            && kept.State != ClvSessionState.New
            && kept.Binding is { IsBound: true } binding && (binding.IsPinned || binding.IsTranslated))
        {
            return true;
        }

        Remove(in key);
        return false;
    }

    /// <summary>Shows every session.</summary>
    internal void Walk<TVisitor>(ref TVisitor visitor)
        where TVisitor : SessionMap.IVisitor, allows ref struct => _sessions.Walk(ref visitor);

    /// <summary>Forgets sessions that are idle. Memory does not grow with the table.</summary>
    /// <param name="gate">What <see cref="Enter"/> and <see cref="Remove"/> are called under. Held for one session at a time, so that a long
    /// sweep keeps no report waiting.</param>
    /// <param name="links">The links in force.</param>
    /// <returns>How many sessions were forgotten.</returns>
    internal int Sweep(Lock gate, ClvLink[] links)
    {
        var sweeper = new Sweeper(this, gate, links, _clock.Tick);
        _sessions.Walk(ref sweeper);
        return sweeper.Removed;
    }

    /// <summary>Forgets connections that opened outside and are over, or silent for too long.</summary>
    internal void SweepInbound() => _inbound.Sweep(_clock.Tick, _settings.TcpIdle, _settings.ClosingIdle);

    /// <summary>Forgets arriving tuples that lead to no session. A rare leftover: of a process that was killed, or of a binding that lost a race.</summary>
    internal void SweepReverse()
    {
        List<(ClvTuple Arriving, ClvOrigin Origin)> suspects = _reverse.Where(LeadsNowhere);
        if (suspects.Count == 0)
        {
            return;
        }

        // A program takes the tuple first and binds the session then: after this every one that was between the two is through.
        GracePeriod.Wait();
        foreach ((ClvTuple arriving, ClvOrigin origin) in suspects)
        {
            if (_reverse.TryGetValue(in arriving, out ClvOrigin latest) && latest.Equals(in origin) && LeadsNowhere(arriving, latest))
            {
                _reverse.Remove(in arriving);
            }
        }
    }

    private bool LeadsNowhere(ClvTuple arriving, ClvOrigin origin)
    {
        ClvTuple key = _farEnds.SessionKey(in arriving, in origin);
        return !_sessions.TryGetValue(in key, out ClvSession session)
            || (session.Binding.IsBound && !(TryArriving(in key, in session, out ClvTuple leading) && leading.Equals(arriving)));
    }

    /// <summary>What packets that come back to a bound session look like.</summary>
    private bool TryArriving(in ClvTuple key, in ClvSession session, out ClvTuple arriving)
    {
        if (session.Binding.IsPaired)
        {
            return _farEnds.TryArriving(in key, session.Binding.Port, out arriving);
        }

        bool known = _sources.TryFind(in key, session.Binding, out ClvAddress address);
        arriving = key.Reverse(in address, session.Binding.Port);
        return known;
    }

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
                $"The table holds its most of {_sessions.Most(in key)} {(key.IsV4 ? "IPv4" : "IPv6")} sessions, and live ones are never pushed out. Raise {(key.IsV4 ? nameof(WanDatapathSettings.MaxSessions) : nameof(WanDatapathSettings.MaxSessionsV6))}, or shorten the idle times.");
        }
    }

    private bool IsIdle(in ClvTuple key, in ClvSession session, ushort now)
    {
        TimeSpan limit = session.State switch
        {
            ClvSessionState.New => _settings.OpeningIdle,
            _ when !key.IsTcp => _settings.UdpIdle,
            ClvSessionState.Opening => _settings.OpeningIdle,
            ClvSessionState.Closing => _settings.ClosingIdle,
            _ => _settings.TcpIdle,
        };
        // The tick of the last packet may have been nearly over: one less is sure to have passed.
        return SessionClock.Of(session.Age(now) - 1) >= limit;
    }

    private void Release(in ClvTuple key, in ClvSession session)
    {
        if (session.Binding.IsBound && TryArriving(in key, in session, out ClvTuple arriving)
            && _reverse.TryGetValue(in arriving, out ClvOrigin origin) && _farEnds.SessionKey(in arriving, in origin).Equals(key))
        {
            _reverse.Remove(in arriving);
        }
    }

    private struct Sweeper(SessionTable table, Lock gate, ClvLink[] links, ushort now) : SessionMap.IVisitor
    {
        // Of 256 generations, which a binding can tell apart, half are still to come.
        private const int LongAgo = 128;

        internal int Removed { get; private set; }

        public void Visit(in ClvTuple key, in ClvSession session)
        {
            if (table.IsIdle(in key, in session, now))
            {
                lock (gate)
                {
                    // Looked at again: a packet or a report may have come since the copy was taken.
                    if (table._sessions.TryGetValue(in key, out ClvSession latest) && table.IsIdle(in key, in latest, now) && table.Remove(in key))
                    {
                        Removed++;
                    }
                }
            }
            else if (session.Binding is { IsPinned: true, IsLost: false } binding && (byte)(links[binding.LinkIndex].Generation - binding.Generation) >= LongAgo)
            {
                // Before the link comes to the same number again, and the session seems to be its own.
                lock (gate)
                {
                    table.Unpin(in key, binding.LinkIndex);
                }
            }
        }
    }
}
