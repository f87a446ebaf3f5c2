using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <content>
/// Sessions of a pair. Our own are bound to a port that no other session of the pair has, and follow their slot among the links of the pair; those
/// that the far end opened are entered by their first answer, and stay on the link that they were last asked by while it lives.
/// </content>
internal sealed partial class EgressModel
{
    private ClvSession? MakeAnswering(ref DatapathReason reason)
    {
        if (Arrival.Hook != Hook.Egress || !_pairs.AreSought || Bytes.Port(Packet.Tuple.Dport) < PairRules.FirstPort
            || (Packet.TcpFlags & Packet.Rst) != 0 || !Packet.HasPorts(Packet.Protocol)
            || _pairs.At(Packet.Tuple.Daddr) is not { } far || !LinkRules.Source(in Tables.Links[far], Packet.V6).Equals(in Packet.Tuple.Saddr))
        {
            return null;
        }

        ClvTuple arriving = Packet.Tuple.ReverseInPair(Tables.Links[far].Pair, Packet.Tuple.Sport);
        ClvOrigin own = OwnIn(far);
        if (!Changes.TryClaim(in arriving, in own) && !(Changes.Origin(in arriving) is { } holder && holder.Equals(in own)))
        {
            reason = Changes.Origin(in arriving) is null ? DatapathReason.OutTableFull : reason;
            return null;
        }

        ClvSession session = ClvSession.New(DatapathPlan.MaxAssociations, 0, Tables.Tick);
        session.State = ClvSessionState.Opening;
        session.Binding = _pairs.Moved(new ClvBinding { Port = Packet.Tuple.Sport }, far);
        if (Changes.TryEnter(in Packet.Tuple, in session))
        {
            return session;
        }

        reason = DatapathReason.OutTableFull;
        Changes.Reverse[arriving] = null;
        return null;
    }

    private Outcome RoutePaired(ClvSession session, int? slot, bool alive, bool reopens)
    {
        ClvBinding binding = session.Binding;
        bool follows = PairRules.Follows(binding, Packet.Tuple.Sport);
        int? next = follows ? null : slot;
        if (alive && (next is null || next == binding.LinkIndex))
        {
            return CarryInPair(session, binding, reopens);
        }

        ushort pair = _pairs.PairOf(in Packet.Tuple.Daddr);
        next = follows ? _pairs.First(pair, Packet.V6) : next;
        if (next is { } other && _pairs.IsOf(other, pair, Packet.V6))
        {
            // It has moved by then, also where this very packet is too big for its new link.
            return CarryInPair(session, _pairs.Moved(binding, other), reopens);
        }

        if (reopens && next is { } elsewhere)
        {
            ReleaseInPair(session);
            return Bind(session, elsewhere, _links.Translates(elsewhere, Packet.Tuple.Saddr, Packet.V6));
        }

        return alive ? CarryInPair(session, binding, reopens)
            : Orphan(session, next, next is { } left && _links.Translates(left, Packet.Tuple.Saddr, Packet.V6));
    }

    private Outcome CarryInPair(ClvSession session, ClvBinding binding, bool reopens)
    {
        session.Binding = binding;
        session.State = reopens ? ClvSessionState.Opening : session.State;
        Changes.Sessions[Packet.Tuple] = session;
        return Carry(session, binding.LinkIndex);
    }

    /// <summary>The pair that a session is of once it is bound to a link; 0 for none.</summary>
    private ushort PairToJoin(int link)
    {
        ushort pair = Tables.Links[link].IsPaired && Packet.Opens && PairRules.CanBe(Packet) ? _pairs.PairOf(in Packet.Tuple.Daddr) : (ushort)0;
        return _pairs.IsOf(link, pair, Packet.V6) ? pair : (ushort)0;
    }

    /// <summary>Always a drawn port, and never the session's own, by which the two ends tell who opened it.</summary>
    private ushort? ClaimInPair(ushort pair)
    {
        if (drawn is not { } port)
        {
            return null;
        }

        ClvTuple arriving = Packet.Tuple.ReverseInPair(pair, port);
        ClvOrigin own = OwnIn(_pairs.At(Packet.Tuple.Daddr)!.Value);
        if (Bytes.Port(port) is < PairRules.FirstPort or > 65535 || port == Packet.Tuple.Sport)
        {
            _drawFault = $"the port {Bytes.Port(port)} is not of {PairRules.FirstPort} to 65535, or is the session's own";
        }
        else if (!Changes.TryClaim(in arriving, in own) && !(Changes.Origin(in arriving) is { } holder && holder.Equals(in own)))
        {
            _drawFault = $"the port {Bytes.Port(port)} is taken in the pair";
        }
        else
        {
            return port;
        }

        return null;
    }

    private void ReleaseInPair(ClvSession session)
    {
        if (session.Binding.IsPaired && _pairs.At(Packet.Tuple.Daddr) is { } far)
        {
            ClvTuple arriving = Packet.Tuple.ReverseInPair(Tables.Links[far].Pair, session.Binding.Port);
            ClvOrigin own = OwnIn(far);
            if (Changes.Origin(in arriving) is { } holder && holder.Equals(in own))
            {
                Changes.Reverse[arriving] = null;
            }
        }
    }

    private bool IsTranslatedInPair()
    {
        if (!_pairs.AreSought || _pairs.At(Packet.Tuple.Daddr) is not { } far)
        {
            return false;
        }

        ClvTuple arriving = Packet.Tuple.ReverseInPair(Tables.Links[far].Pair, Packet.Tuple.Sport);
        ClvOrigin own = OwnIn(far);
        return Changes.Origin(in arriving) is { } holder && !holder.Equals(in own);
    }

    private ClvOrigin OwnIn(int far) => new() { Addr = Packet.Tuple.Saddr, Port = Packet.Tuple.Sport, Far = (byte)(far + 1) };
}
