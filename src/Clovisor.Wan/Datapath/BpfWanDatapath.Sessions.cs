using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

public sealed partial class BpfWanDatapath
{
    /// <inheritdoc/>
    public int? Admit(in SessionTuple tuple, int association, byte? slot = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot ?? 0, DatapathPlan.SlotsPerAssociation);
        PlanRules.RequireTuple(in tuple);
        var key = ClvTuple.From(in tuple);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            ClvSession session = _sessions.Enter(in key, _placement.AssociationIndex(association), slot ?? key.Slot, slot is not null);
            return LinkOf(in key, in session);
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

        int settled = 0;
        foreach ((ClvTuple key, ClvSession session) in _sessions.Snapshot())
        {
            LinkDownAction action = key.IsTcp ? actions.TcpOnLinkDown : actions.UdpOnLinkDown;
            if (session.Association != associationIndex || !session.Binding.IsPinned || session.Binding.Link != linkIndex
                || action == LinkDownAction.Drain)
            {
                continue;
            }

            lock (_gate)
            {
                settled += _image.Slots[associationIndex].LinkAt(session.Slot) != linkIndex && _sessions.Unpin(in key, linkIndex) ? 1 : 0;
            }
        }

        return settled;
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
    public IReadOnlyList<WanSession> Sessions()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        // Without the gate: copying a large map takes long, and reports must not wait for it.
        IReadOnlyList<KeyValuePair<ClvTuple, ClvSession>> entries = _sessions.Snapshot();
        var sessions = new List<WanSession>(entries.Count);
        lock (_gate)
        {
            foreach ((ClvTuple key, ClvSession session) in entries)
            {
                sessions.Add(Describe(in key, in session));
            }
        }

        return sessions;
    }

    /// <summary>Forgets sessions that have been idle for longer than the settings allow. Done by itself at the sweep interval.</summary>
    /// <returns>How many were forgotten. Cost is proportional to the size of the maps.</returns>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused; the sessions that were not reached stay until the next time.</exception>
    public int Sweep()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        int forgotten;
        lock (_sweep)
        {
            forgotten = _sessions.Sweep(_gate);
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
        int? link = LinkOf(in key, in session);
        return new WanSession
        {
            Tuple = key.ToSession(),
            Association = association,
            AssociationName = association is { } named ? _plan?.Associations[named].Name : null,
            Link = link,
            LinkName = link is { } taken ? _plan?.Links[taken].Name : null,
            TranslatedSource = session.Binding.IsTranslated ? ClvTuple.EndPoint(session.Translated, session.Binding.Port) : null,
            PacketsOut = (long)session.PacketsOut,
            BytesOut = (long)session.BytesOut,
            PacketsIn = (long)session.PacketsIn,
            BytesIn = (long)session.BytesIn,
        };
    }

    /// <summary>The position of the link that the session's next packet will take, or null when there is none now.</summary>
    private int? LinkOf(in ClvTuple key, in ClvSession session)
    {
        ClvBinding binding = session.Binding;
        bool bound = binding.IsBound && session.State != ClvSessionState.Closing;
        if (bound && binding.IsPinned)
        {
            ClvLink link = _image.Links[binding.Link];
            return link.Generation == binding.Generation && link.Carries(in key) ? _placement.LinkPosition(binding.Link) : null;
        }

        int next = _image.Slots[session.Association].LinkAt(session.Slot);
        return next >= 0 && _image.Links[next].Carries(in key) ? _placement.LinkPosition(next) : null;
    }
}
