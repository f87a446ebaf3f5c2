using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>
/// Leaving by a WAN device. 1. The session of the tuple, or one made for a tag. 2. The tag is taken out. 3. The link: a session that its peer knows by a
/// link's address stays there while the link lives; all others follow their slot. 4. A session whose link is gone and that cannot move is an
/// orphan: reset, bound anew, or it waits. 5. What does not fit the link is answered. 6. Counted, translated, its segment size lowered, sent.
/// At a LAN device, before routing, the same for plain packets of sessions that are there; all else is left to routing, and has one hop less.
/// </summary>
internal sealed partial class EgressModel(Tables tables, Arrival arrival, ushort? drawn) : DatapathModel(tables, arrival)
{
    private readonly LinkRules _links = new(tables);
    private readonly PairRules _pairs = new(tables, new LinkRules(tables));
    private string? _drawFault;

    private protected override Outcome Decide()
    {
        Outcome outcome = Arrival.Hook == Hook.Lan ? LeaveLan() : Packet.IsError ? LeaveError() : Leave();
        return outcome with { DrawFault = _drawFault };
    }

    private Outcome Leave()
    {
        DatapathReason reason = DatapathReason.OutNoSession;
        ClvSession? session = FindLeaving() ?? MakeAnswering(ref reason);
        if (session is null && new BegunRules(Tables, Changes, Packet, Frame).LinkOfAnswer() is { } link)
        {
            return SendAnswer(link);
        }

        session ??= MakeTagged(ref reason);
        // Untagged traffic of others keeps what it says.
        if (session is not null || reason is not (DatapathReason.OutNoSession or DatapathReason.OutTagUntrusted))
        {
            ClearTag();
        }

        return session is { } found ? Route(found) : Pass(reason);
    }

    private Outcome LeaveLan()
    {
        if (!IsForNode(Tables, Arrival, Packet))
        {
            return Pass(DatapathReason.LanOther);
        }

        if (Packet.IsError)
        {
            return Pass(DatapathReason.Protocol);
        }

        if (FindLeaving() is not { } session)
        {
            return Pass(DatapathReason.LanNoSession);
        }

        if (!Packet.IsPlain)
        {
            return Pass(DatapathReason.LanRouted);
        }

        ClearTag();
        return Route(session);
    }

    /// <summary>A connection that opens takes nothing over from one of its tuple that is over.</summary>
    private ClvSession? FindLeaving()
    {
        ClvSession? session = Changes.Session(in Packet.Tuple);
        if (session is not { State: ClvSessionState.Closing } || Packet.Protocol != Packet.Tcp || !Packet.Opens)
        {
            return session;
        }

        Changes.Sessions[Packet.Tuple] = null;
        return null;
    }

    private Outcome Route(ClvSession session)
    {
        int? slot = _links.OfSlot(session, Packet.V6);
        ClvBinding binding = session.Binding;
        if (!binding.IsBound)
        {
            return RouteFirst(session, slot);
        }

        bool alive = _links.IsAlive(binding, Packet.V6);
        bool translate = slot is { } named && _links.Translates(named, Packet.Tuple.Saddr, Packet.V6);
        bool reopens = Packet.Protocol == Packet.Tcp && Packet.Opens && session.State == ClvSessionState.New;
        if (binding.IsPaired)
        {
            return RoutePaired(session, slot, alive, reopens);
        }

        if (reopens)
        {
            // Entered anew while the earlier connection of its tuple was over: it may begin elsewhere.
            return slot is { } again ? Bind(session, again, translate)
                : binding.IsPinned && alive ? Carry(session, binding.LinkIndex)
                : NoLink(session);
        }

        if (binding.IsPinned || translate)
        {
            return alive ? Carry(session, binding.LinkIndex) : Orphan(session, slot, translate);
        }

        if (slot is not { } next)
        {
            return NoLink(session);
        }

        bool there = next == binding.LinkIndex && _links.IsTo(binding, next);
        return there ? Carry(session, next) : Bind(session, next, translate: false);
    }

    private Outcome RouteFirst(ClvSession session, int? slot)
    {
        if (slot is not { } named)
        {
            return NoLink(session);
        }

        bool translate = _links.Translates(named, Packet.Tuple.Saddr, Packet.V6);
        if (!translate || Packet.Opens)
        {
            return Bind(session, named, translate);
        }

        // Reported after it opened: its peer knows its address, so it keeps the link that it opened on, whatever that link's state.
        return _links.OfDevice(Arrival.Device) is { } here ? Bind(session, here, translate: false) : Pass(DatapathReason.OutMidStream);
    }

    private Outcome Orphan(ClvSession session, int? slot, bool translate)
    {
        ClvAssociation association = Tables.Associations[session.Association];
        bool tcp = Packet.Protocol == Packet.Tcp;
        ClvDownAction action = tcp ? association.TcpOnDown : association.UdpOnDown;
        if (slot is not { } next || action == ClvDownAction.Drain)
        {
            return Drop(DatapathReason.OutWaiting);
        }

        // A connection that is only opening loses nothing by starting on another link.
        if (action == ClvDownAction.Rebind || Packet.Opens)
        {
            ReleaseInPair(session);
            return Bind(session, next, translate);
        }

        // A reset takes its number from an acknowledgement, answers no reset, and is no fragment.
        if ((Packet.TcpFlags & (Packet.Ack | Packet.Rst)) != Packet.Ack || Packet.Part != Part.Whole)
        {
            return Drop(DatapathReason.OutWaiting);
        }

        Release(session);
        ReleaseInPair(session);
        Changes.Sessions[Packet.Tuple] = null;
        Rewriter.TurnRound(Frame, Packet);
        return Answer(DatapathReason.OutReset);
    }

    private Outcome Carry(ClvSession session, int index)
    {
        ClvLink link = Tables.Links[index];
        bool home = Arrival.Hook == Hook.Egress && link.Ifindex == Arrival.Device;
        // The tags stay behind, so that they do not count.
        if (!home && MtuOf(link.Ifindex) is var mtu && NetworkBytes > mtu)
        {
            byte[]? error = IcmpAnswer.TooBig(Frame, Packet, mtu);
            Frame = error ?? Frame;
            return (error is null ? Drop(DatapathReason.OutMtuDropped) : Answer(DatapathReason.OutTooBig)) with { Link = index };
        }

        session.Out = Counted(session.Out);
        if ((Packet.TcpFlags & (Packet.Fin | Packet.Rst)) != 0 && session.State != ClvSessionState.New)
        {
            session.State = ClvSessionState.Closing;
        }

        session.Home = TakeHome(in session);
        Changes.Sessions[Packet.Tuple] = session;
        if (Arrival.Hook == Hook.Lan)
        {
            Rewriter.TakeHop(Frame, Packet);
        }
        else if (!home)
        {
            Untag();
        }

        if (session.Binding.IsTranslated)
        {
            ClvAddress source = LinkRules.Source(in link, Packet.V6);
            Rewriter.Translate(Frame, Packet, End.Source, in source, session.Binding.Port);
        }

        if (session.Binding.IsPaired && _pairs.Peer(index, Packet.V6) is { } far)
        {
            Rewriter.Translate(Frame, Packet, End.Destination, in far, Packet.Tuple.Dport);
        }

        Rewriter.Clamp(Frame, Packet, new SegmentRules(Tables).Of(session, index, Packet.V6));
        DatapathReason sent = Arrival.Hook == Hook.Lan ? DatapathReason.LanRedirected : DatapathReason.OutRedirected;
        return (home ? Pass(DatapathReason.OutHome) : SendInto(in link, sent)) with { Link = index };
    }

    /// <summary>At home where the packet came from, if that device has a number. Its own hardware address is learnt from what leaves by it.</summary>
    private byte TakeHome(in ClvSession session)
    {
        int number = session.Home;
        if (Changes.Home(number).Ifindex != Arrival.Device)
        {
            number = Math.Max(0, Array.FindIndex(Tables.Homes, 1, home => home.Ifindex == Arrival.Device));
        }

        ClvHome home = Changes.Home(number);
        ReadOnlySpan<byte> own = Arrival.L3 ? home.Mac : Arrival.Frame.AsSpan(6, 6);
        if (Arrival.Hook == Hook.Egress && home.Ifindex != 0 && !((ReadOnlySpan<byte>)home.Mac).SequenceEqual(own))
        {
            own.CopyTo(home.Mac);
            Changes.Homes[number] = home;
        }

        return (byte)number;
    }

    /// <summary>Back to where it came from: what left a device arrives there, and what arrived leaves.</summary>
    private Outcome Answer(DatapathReason reason) => Send(reason, new Redirection(Arrival.Device, Arrives: Arrival.Hook == Hook.Egress, null));

    private Outcome SendInto(in ClvLink link, DatapathReason reason)
    {
        PutHeader(new byte[6]);
        System.Net.IPAddress nextHop = Packet.V6 ? link.NextHopV6.ToAddress() : new System.Net.IPAddress(link.NextHopV4);
        return Send(reason, new Redirection(link.Ifindex, Arrives: false, nextHop), claims: true);
    }
}
