using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Datapath;

public sealed partial class BpfWanDatapath
{
    /// <inheritdoc/>
    public int? Admit(in SessionTuple tuple, int association, byte? slot = null) => Place(in tuple, association, slot, out _);

    /// <inheritdoc/>
    public int? Place(in SessionTuple tuple, int association, byte? slot, out bool keeps)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot ?? 0, DatapathPlan.SlotsPerAssociation);
        PlanRules.RequireTuple(in tuple);
        var key = ClvTuple.From(in tuple);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            int index = _placement.AssociationIndex(association);
            ClvSession session = _sessions.Enter(in key, index, slot ?? key.SlotBy(_image.Associations[index].Sticky), slot is not null);
            return LinkOf(in key, in session, out keeps);
        }
    }

    /// <inheritdoc/>
    public bool Unclassify(in SessionTuple tuple, out int? link)
    {
        PlanRules.RequireTuple(in tuple);
        var key = ClvTuple.From(in tuple);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            bool stays = _sessions.Unclassify(in key, out ClvSession session);
            link = stays ? LinkOf(in key, in session, out _) : null;
            return stays;
        }
    }

    /// <summary>Enters many sessions of one association, as <see cref="Admit"/> does one, and waits for other threads once.</summary>
    /// <param name="tuples">The sessions as their packets look on leaving the node, before any translation.</param>
    /// <param name="association">The position of the association in the plan.</param>
    /// <remarks>Some microseconds a session; nothing is allocated. Those before a session that is refused stay entered.</remarks>
    /// <exception cref="ArgumentException">There can be no such session; none is entered then.</exception>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused, most often because the session table is full.</exception>
    public void AdmitMany(ReadOnlySpan<SessionTuple> tuples, int association)
    {
        foreach (ref readonly SessionTuple tuple in tuples)
        {
            PlanRules.RequireTuple(in tuple);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            int index = _placement.AssociationIndex(association);
            foreach (ref readonly SessionTuple tuple in tuples)
            {
                var key = ClvTuple.From(in tuple);
                _sessions.Enter(in key, index, key.SlotBy(_image.Associations[index].Sticky), moves: false);
            }
        }
    }

    /// <summary>
    /// Says which association the next connection of a socket belongs to, before the socket has a port. Heard only of TCP sockets in
    /// <see cref="WanDatapathSettings.TrustedCgroup"/>, where it goes before the socket's tags, and used up by the connect.
    /// </summary>
    /// <param name="socketCookie">What <c>SO_COOKIE</c> of the socket says; never 0.</param>
    /// <param name="association">The position of the association in the plan.</param>
    /// <remarks>The last 4096 announcements are remembered.</remarks>
    /// <exception cref="InvalidOperationException">There is no trusted control group.</exception>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused.</exception>
    public void Announce(ulong socketCookie, int association)
    {
        ArgumentOutOfRangeException.ThrowIfZero(socketCookie);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (!_sockets.IsAttached)
            {
                throw new InvalidOperationException(
                    $"Announce socket {socketCookie}: no program sees sockets connect. Set {nameof(WanDatapathSettings)}.{nameof(WanDatapathSettings.TrustedCgroup)} to the control group of the proxy.");
            }

            _sockets.Announce(socketCookie, _placement.AssociationIndex(association));
        }
    }

    /// <inheritdoc/>
    public int Settle(int association, int link)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        int associationIndex, linkIndex;
        DatapathAssociation actions;
        lock (_gate)
        {
            (associationIndex, linkIndex) = (_placement.AssociationIndex(association), _placement.LinkIndex(link));
            actions = _plan!.Associations[association];
        }

        var settler = new Settler(this, actions, associationIndex, linkIndex);
        _sessions.Walk(ref settler);
        return settler.Settled;
    }

    /// <inheritdoc/>
    /// <remarks>Of TCP connections of <see cref="WanDatapathSettings.TrustedCgroup"/>: data segments, those that were sent again, and round trips, all
    /// as the kernel counts them for each connection. Losses of what peers send are not seen. Null where no group is named.</remarks>
    public IReadOnlyList<PassiveSample>? Measure()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_sockets.Quality is not { } counters)
            {
                return null;
            }

            var samples = new List<PassiveSample>(_placement.Links.Length);
            for (int link = 0; link < _placement.Links.Length; link++)
            {
                ClvQuality since = counters.Take(_placement.LinkIndex(link));
                if (since.Packets > 0 || since.RoundTrips > 0)
                {
                    samples.Add(new PassiveSample(
                        _plan!.Links[link].Name,
                        (long)since.Packets,
                        (long)Math.Min(since.Lost, since.Packets),
                        since.RoundTrips == 0 ? null : TimeSpan.FromMicroseconds((long)(since.RoundTripUs / since.RoundTrips))));
                }
            }

            return samples;
        }
    }

    /// <inheritdoc/>
    public bool Remove(in SessionTuple tuple)
    {
        PlanRules.RequireTuple(in tuple);
        var key = ClvTuple.From(in tuple);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            return _sessions.Remove(in key);
        }
    }

    /// <inheritdoc/>
    public bool Contains(in SessionTuple tuple)
    {
        PlanRules.RequireTuple(in tuple);
        ObjectDisposedException.ThrowIf(_ended, this);
        var key = ClvTuple.From(in tuple);
        return _maps.Sessions.TryGetValue(in key, out _);
    }

    /// <inheritdoc/>
    public IReadOnlyList<WanSession> Sessions()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        // Without the gate: copying a large map takes long, and reports must not wait for it.
        var collector = new Collector([]);
        _sessions.Walk(ref collector);
        lock (_gate)
        {
            return collector.Sessions.ConvertAll(entry => Describe(in entry.Key, in entry.Session));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<WanSession> EnumerateSessions()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        return _maps.Sessions.Enumerate().Select(entry =>
        {
            lock (_gate)
            {
                return Describe(in entry.Key, in entry.Session);
            }
        });
    }

    /// <summary>Counts the sessions that the kernel holds by association, link and address family, without copying them.</summary>
    /// <returns>One entry for each combination that has sessions, in no order.</returns>
    /// <remarks>Cost is proportional to the size of the maps, some tens of milliseconds at 250,000 sessions; memory to the number of combinations. No report waits for it.</remarks>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused.</exception>
    public IReadOnlyList<SessionCount> CountSessions()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var counter = new Counter(this, []);
        _sessions.Walk(ref counter);
        return [.. counter.Counts.Select(static count => new SessionCount(count.Key.Association, count.Key.Link, count.Key.Family, count.Value))];
    }

    /// <summary>Forgets sessions that have been idle for longer than the settings allow. Done by itself at the sweep interval.</summary>
    /// <returns>How many were forgotten. Cost is proportional to the size of the maps.</returns>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused; the sessions that were not reached stay until the next time.</exception>
    public int Sweep() => SweepOnce(withReverse: true);

    private int SweepOnce(bool withReverse)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        int forgotten;
        lock (_sweep)
        {
            forgotten = _sessions.Sweep(_gate, _image.Links);
            _sessions.SweepInbound();
            if (withReverse)
            {
                _sessions.SweepReverse();
            }
        }

        if (forgotten > 0)
        {
            LogSwept(_logger, forgotten);
        }

        return forgotten;
    }

    private WanSession Describe(in ClvTuple key, in ClvSession session)
    {
        int? association = _placement.AssociationPosition(session.Association);
        int? link = LinkOf(in key, in session, out bool keeps);
        DatapathLink? bound = session.Binding.IsBound && _placement.LinkPosition(session.Binding.LinkIndex) is { } position ? _plan?.Links[position] : null;
        var addresses = SessionAddresses.Of(in key, session.Binding, _plan, bound);
        return new WanSession
        {
            Tuple = key.ToSession(),
            Association = association,
            AssociationName = association is { } named ? _plan?.Associations[named].Name : null,
            Link = link,
            LinkName = link is { } taken ? _plan?.Links[taken].Name : null,
            KeepsLink = keeps,
            TranslatedSource = session.Binding.IsTranslated && _maps.Sources.TryFind(in key, session.Binding, out ClvAddress translated)
                ? ClvTuple.EndPoint(in translated, session.Binding.Port)
                : null,
            Addressing = addresses.Kind,
            TranslatedDestination = addresses.Destination,
            Peer = addresses.Peer,
            HomeLink = addresses.Home,
            BytesOut = session.BytesOut,
            BytesIn = session.BytesIn,
        };
    }

    private readonly struct Collector(List<(ClvTuple Key, ClvSession Session)> sessions) : SessionMap.IVisitor
    {
        internal List<(ClvTuple Key, ClvSession Session)> Sessions => sessions;

        public void Visit(in ClvTuple key, in ClvSession session) => sessions.Add((key, session));
    }

    private readonly struct Counter(BpfWanDatapath datapath, Dictionary<(string? Association, string? Link, AddressFamily Family), long> counts) : SessionMap.IVisitor
    {
        internal Dictionary<(string? Association, string? Link, AddressFamily Family), long> Counts => counts;

        public void Visit(in ClvTuple key, in ClvSession session)
        {
            string? association, link;
            lock (datapath._gate)
            {
                association = datapath._placement.AssociationPosition(session.Association) is { } named ? datapath._plan?.Associations[named].Name : null;
                link = datapath.LinkOf(in key, in session, out _) is { } taken ? datapath._plan?.Links[taken].Name : null;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(counts, (association, link, key.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6), out _)++;
        }
    }

    private struct Settler(BpfWanDatapath datapath, DatapathAssociation actions, int association, int link) : SessionMap.IVisitor
    {
        internal int Settled { get; private set; }

        public void Visit(in ClvTuple key, in ClvSession session)
        {
            LinkDownAction action = key.IsTcp ? actions.TcpOnLinkDown : actions.UdpOnLinkDown;
            if (session.Association != association || !session.Binding.IsPinned || session.Binding.LinkIndex != link || action == LinkDownAction.Drain)
            {
                return;
            }

            lock (datapath._gate)
            {
                bool hasOther = datapath._image.Slots[association].LinkAt(session.Slot) != link;
                Settled += hasOther && datapath._sessions.Unpin(in key, link) ? 1 : 0;
            }
        }
    }
}
