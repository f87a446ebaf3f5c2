using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <content>How a session takes a link: with a source port that no other has.</content>
internal sealed partial class EgressModel
{
    private Outcome Bind(ClvSession session, int link, bool translate)
    {
        ClvLink chosen = Tables.Links[link];
        ushort pair = PairToJoin(link);
        translate |= pair != 0;
        ClvAddress source = translate ? LinkRules.Source(in chosen, Packet.V6) : Packet.Tuple.Saddr;
        if ((pair != 0 ? ClaimInPair(pair) : ClaimPort(in source, translate)) is not { } port)
        {
            return Drop(DatapathReason.OutNoPort);
        }

        ClvBinding old = session.Binding;
        if (old.IsBound && _links.WireAddress(in Packet.Tuple, old) is { } left && (old.Port != port || !left.Equals(in source)))
        {
            Release(session);
        }

        session.Binding = new ClvBinding
        {
            Link = (byte)(link | (int)(ClvBindingFlag.Bound | (translate ? ClvBindingFlag.Translated : 0)
                | (chosen.Flags.HasFlag(ClvLinkFlag.Translated) && pair == 0 ? ClvBindingFlag.Pinned : 0))),
            Port = port,
            Generation = (byte)chosen.Generation,
        };
        if (session.State != ClvSessionState.Closing)
        {
            session.State = (Packet.TcpFlags & Packet.Ack) != 0 ? ClvSessionState.Established : ClvSessionState.Opening;
        }

        Changes.Sessions[Packet.Tuple] = session;
        return Carry(session, link);
    }

    /// <summary>The port that the session leaves from; null where none is free.</summary>
    private ushort? ClaimPort(in ClvAddress source, bool translate)
    {
        if (TryClaim(in source, Packet.Tuple.Sport, own: !translate))
        {
            return Packet.Tuple.Sport;
        }

        bool numbered = Packet.HasPorts(Packet.Protocol) || Packet.IsIcmp(Packet.Protocol);
        if (!translate || !numbered || drawn is not { } port)
        {
            return null;
        }

        if (Bytes.Port(port) is < 61000 or > 65535)
        {
            _drawFault = $"the port {Bytes.Port(port)} is not of 61000 to 65535";
        }

        if (TryClaim(in source, port, own: false))
        {
            return port;
        }

        _drawFault = $"the port {Bytes.Port(port)} is taken";
        return null;
    }

    // A connected socket of the node may have the tuple; the session's own socket may be that one, where nothing is translated.
    private bool TryClaim(in ClvAddress source, ushort port, bool own)
    {
        ClvTuple arriving = Packet.Tuple.Reverse(in source, port);
        if (!own && Tables.Connected.Contains(arriving))
        {
            return false;
        }

        return Changes.TryClaim(in arriving, new ClvOrigin { Addr = Packet.Tuple.Saddr, Port = Packet.Tuple.Sport })
            || (Changes.Origin(in arriving) is { } holder && holder.SessionKey(in arriving).Equals(Packet.Tuple));
    }

    private void Release(ClvSession session)
    {
        if (!session.Binding.IsBound || _links.WireAddress(in Packet.Tuple, session.Binding) is not { } address)
        {
            return;
        }

        ClvTuple arriving = Packet.Tuple.Reverse(in address, session.Binding.Port);
        if (Changes.Origin(in arriving) is { } holder && holder.SessionKey(in arriving).Equals(Packet.Tuple))
        {
            Changes.Reverse[arriving] = null;
        }
    }
}
