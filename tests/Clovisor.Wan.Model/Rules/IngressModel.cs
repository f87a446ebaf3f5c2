using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>
/// Arriving by a WAN device. 1. The session that the tuple leads to. 2. For a LAN, and too large for it: answered as it came. 3. Counted, and its segment size
/// lowered, but not again on the device that it is handed back to. 4. The session's own address and port are given back. 5. Where the session left, it
/// arrives; where it came from a LAN, it is sent out there with one hop less, or routing has it.
/// </summary>
internal sealed class IngressModel(Tables tables, Arrival arrival) : DatapathModel(tables, arrival)
{
    private readonly PairRules _pairs = new(tables, new LinkRules(tables));
    private int? _by;
    private bool _claimed = arrival.Claimed;

    private protected override Outcome Decide()
    {
        Outcome outcome = Arrive();
        return outcome.Code == Outcome.Shot ? outcome : outcome with { Claims = outcome.Claims || _claimed };
    }

    private Outcome Arrive()
    {
        if (Packet.IsError)
        {
            return ArriveError();
        }

        if (KeyOf(in Packet.Tuple) is not { } key)
        {
            return Begin();
        }

        if (Changes.Session(in key) is not { } session)
        {
            return Pass(DatapathReason.InStale);
        }

        uint? lan = LanOf(in session);
        bool large = lan is { } narrow && NetworkBytes > MtuOf(narrow);
        if (large && Packet.IsPlain && Packet.Tags == 0 && IcmpAnswer.TooBig(Frame, Packet, MtuOf(lan!.Value)) is { } error)
        {
            Frame = error;
            return Send(DatapathReason.InTooBig, new Redirection(Arrival.Device, Arrives: false, null), claims: true);
        }

        bool handedBack = _by is null ? WasHandedBack(in session) : _claimed;
        if (_by is not null)
        {
            _claimed = false;
        }

        if (!handedBack)
        {
            Heed(ref session, in key);
            session.In = Counted(session.In);
            // Nothing of a new one has left: late, of an earlier connection of its tuple.
            session.State = session.State == ClvSessionState.New ? ClvSessionState.New
                : (Packet.TcpFlags & (Packet.Fin | Packet.Rst)) != 0 ? ClvSessionState.Closing
                : session.State == ClvSessionState.Opening ? ClvSessionState.Established : session.State;
            Changes.Sessions[key] = session;
            if (session.Binding.IsBound)
            {
                Rewriter.Clamp(Frame, Packet, new SegmentRules(Tables).Of(session, session.Binding.LinkIndex, Packet.V6));
            }
        }

        if (key.Sport != Packet.Tuple.Dport || !key.Saddr.Equals(in Packet.Tuple.Daddr))
        {
            Rewriter.Translate(Frame, Packet, End.Destination, in key.Saddr, key.Sport);
        }

        if (_by is not null && !key.Daddr.Equals(in Packet.Tuple.Saddr))
        {
            Rewriter.Translate(Frame, Packet, End.Source, in key.Daddr, Packet.Tuple.Sport);
        }

        return lan is { } device
            ? large || !Packet.IsPlain ? Pass(DatapathReason.InRouted) : Deliver(device, DatapathReason.InDelivered)
            : Return(in session, DatapathReason.InHome, DatapathReason.InReturned);
    }

    /// <summary>Of no session. The segment size of what opens outside is lowered, as that of its answer is.</summary>
    private Outcome Begin()
    {
        DatapathReason reason = new BegunRules(Tables, Changes, Packet, Frame).Arrive(Arrival.Device, IsForNode(Tables, Arrival, Packet));
        if (reason == DatapathReason.InBegun && new LinkRules(Tables).OfDevice(Arrival.Device) is { } here)
        {
            Rewriter.Clamp(Frame, Packet, new SegmentRules(Tables).Of(here, Packet.V6));
        }

        return Pass(reason);
    }

    private Outcome ArriveError()
    {
        if (Quote.Read(Frame, Packet) is not { } quote || KeyOf(in quote.Answer) is not { } key)
        {
            return Pass(DatapathReason.Protocol);
        }

        if (Changes.Session(in key) is not { } session)
        {
            return Pass(DatapathReason.InStale);
        }

        if (key.Sport != quote.Answer.Dport || !key.Saddr.Equals(in quote.Answer.Daddr))
        {
            Rewriter.TranslateError(Frame, Packet, quote, End.Destination, in key.Saddr, key.Sport);
        }

        if (_by is not null)
        {
            Rewriter.TranslateFarEnd(Frame, Packet, quote, End.Source, in key.Daddr);
        }

        return LanOf(in session) is { } device
            ? Packet.IsPlain ? Deliver(device, DatapathReason.InIcmpError) : Pass(DatapathReason.InRouted)
            : Return(in session, DatapathReason.InIcmpError, DatapathReason.InIcmpError);
    }

    private ClvTuple? KeyOf(in ClvTuple arriving)
    {
        if (Changes.Origin(in arriving) is { } origin)
        {
            return origin.SessionKey(in arriving);
        }

        if (_pairs.Lookup(in arriving) is not (int by, ClvTuple key) || Changes.Origin(in key) is not { } own)
        {
            return null;
        }

        _by = by;
        return _pairs.SessionKey(in arriving, in own);
    }

    /// <summary>What the far end opened is answered by the link that it was last asked by, and begins again when it says so.</summary>
    private void Heed(ref ClvSession session, in ClvTuple key)
    {
        if (_by is not { } by || !PairRules.Follows(session.Binding, key.Sport))
        {
            return;
        }

        if (Packet.Protocol == Packet.Tcp && Packet.Opens && session.State == ClvSessionState.Closing)
        {
            session.State = ClvSessionState.Opening;
        }

        var links = new LinkRules(Tables);
        if (links.Carries(by, Packet.V6) && !(by == session.Binding.LinkIndex && links.IsTo(session.Binding, by)))
        {
            session.Binding = _pairs.Moved(session.Binding, by);
        }
    }

    /// <summary>The LAN device that it goes to; null for none.</summary>
    private uint? LanOf(in ClvSession session) =>
        HomeOf(in session) is { Home: var home } && home.Flags.HasFlag(ClvHomeFlag.Lan) && home.Ifindex != Arrival.Device ? home.Ifindex : null;

    /// <summary>It comes by here a second time, on the device where it is at home, and the first time was at its link.</summary>
    private bool WasHandedBack(in ClvSession session) =>
        HomeOf(in session) is { Home: var home } && home.Ifindex == Arrival.Device && Tables.Links[session.Binding.LinkIndex].Ifindex != Arrival.Device;

    private Outcome Deliver(uint device, DatapathReason reason)
    {
        Untag();
        Rewriter.TakeHop(Frame, Packet);
        PutHeader(new byte[6]);
        return Send(reason, new Redirection(device, Arrives: false, null, ByRoute: true));
    }

    /// <summary>Addressed to the device that it came by, it would be another host's at home, and be ignored.</summary>
    private Outcome Return(in ClvSession session, DatapathReason here, DatapathReason there)
    {
        if (HomeOf(in session) is not { Home: var home } || home.Ifindex == Arrival.Device)
        {
            return Pass(here);
        }

        Untag();
        if (!home.Flags.HasFlag(ClvHomeFlag.L3))
        {
            PutHeader(home.Mac);
            ((ReadOnlySpan<byte>)home.Mac).CopyTo(Frame);
        }

        // Of a pair: it comes by the program there again, and must not be taken for one that the far end sent by that device.
        return Send(there, new Redirection(home.Ifindex, Arrives: true, null), claims: session.Binding.IsPaired);
    }
}
