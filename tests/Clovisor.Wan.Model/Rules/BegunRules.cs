using System.Buffers.Binary;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>
/// What begins outside, by the tuple of its answer. Its link is the one that its first packet came by. Of datagrams nothing tells which end began
/// but who was seen first, so that those that leave are remembered too. A connection lasts once its peer acknowledged the answer to its SYN.
/// </summary>
internal sealed class BegunRules(Tables tables, Changes changes, Packet packet, byte[] frame)
{
    private readonly LinkRules _links = new(tables);

    /// <summary>The link of what leaves, if it answers something from one that is still there.</summary>
    internal int? LinkOfAnswer()
    {
        ClvAnswer? answer = !tables.Answers ? null : packet.Protocol switch
        {
            Packet.Tcp => AnswerOfTcp(),
            Packet.Udp => AnswerOfUdp(),
            Packet.Icmp or Packet.IcmpV6 when packet.Tuple.Dport != 0 => Fresh(in packet.Tuple),
            _ => null,
        };
        return LinkOf(answer);
    }

    /// <summary>The same of an ICMP error about what came.</summary>
    internal int? LinkOfError(in ClvTuple answer) => !tables.Answers ? null
        : LinkOf((answer.IsTcp ? changes.Inbound(in answer) : null) ?? Fresh(in answer));

    /// <summary>Sees what arrives, and says why it is passed on.</summary>
    /// <param name="device">Where.</param>
    /// <param name="forNode">Whether it is addressed to the node.</param>
    internal DatapathReason Arrive(uint device, bool forNode)
    {
        ClvTuple answer = packet.Tuple.Reverse(in packet.Tuple.Saddr, packet.Tuple.Sport);
        if (!tables.Answers)
        {
            return DatapathReason.InNoSession;
        }

        if (packet.Protocol == Packet.Tcp)
        {
            return ArriveTcp(in answer, device, forNode);
        }

        bool echo = Packet.IsIcmp(packet.Protocol) && packet.Tuple.Sport != 0;
        if (packet.Protocol != Packet.Udp && !echo)
        {
            return DatapathReason.InNoSession;
        }

        if (Fresh(in answer) is { } begun && (begun.Has(ClvAnswerFlag.Inside) || LinkOf(begun) is not null))
        {
            changes.Begun[answer] = begun with { Tick = tables.Tick };
            return DatapathReason.InNoSession;
        }

        return Note(in answer, device, forNode);
    }

    private DatapathReason ArriveTcp(in ClvTuple answer, uint device, bool forNode)
    {
        if ((packet.TcpFlags & (Packet.Fin | Packet.Rst)) != 0)
        {
            if (changes.Inbound(in answer) is { } ending)
            {
                changes.Inbounds[answer] = ending.With(ClvAnswerFlag.Closing);
            }

            return DatapathReason.InNoSession;
        }

        if (packet.Opens)
        {
            if (changes.Inbound(in answer)?.Has(ClvAnswerFlag.Closing) == true)
            {
                changes.Inbounds[answer] = null;
            }

            return Note(in answer, device, forNode);
        }

        bool proven = (packet.TcpFlags & Packet.Ack) != 0 && Fresh(in answer) is { } seen && seen.Has(ClvAnswerFlag.Sent) && Long(8) == seen.Proof;
        if (!proven)
        {
            return DatapathReason.InNoSession;
        }

        ClvAnswer begun = Fresh(in answer)!.Value;
        if (!changes.TryRemember(in answer, new ClvAnswer { Tick = tables.Tick, Link = (byte)begun.LinkIndex, Generation = begun.Generation }))
        {
            return DatapathReason.InAnswersFull;
        }

        changes.Begun[answer] = null;
        return DatapathReason.InNoSession;
    }

    private DatapathReason Note(in ClvTuple answer, uint device, bool forNode)
    {
        if (!forNode || Packet.IsLocal(in packet.Tuple.Saddr, packet.V6) || _links.OfDevice(device) is not { } link || !_links.Carries(link, packet.V6))
        {
            return DatapathReason.InNoSession;
        }

        changes.Begun[answer] = new ClvAnswer { Tick = tables.Tick, Link = (byte)link, Generation = (byte)tables.Links[link].Generation };
        return DatapathReason.InBegun;
    }

    private ClvAnswer? AnswerOfTcp()
    {
        bool opens = (packet.TcpFlags & Packet.Syn) != 0;
        if (!opens && changes.Inbound(in packet.Tuple) is { } inbound)
        {
            inbound.Tick = tables.Tick;
            inbound = (packet.TcpFlags & (Packet.Fin | Packet.Rst)) != 0 ? inbound.With(ClvAnswerFlag.Closing) : inbound;
            changes.Inbounds[packet.Tuple] = inbound;
            return inbound;
        }

        if (!opens)
        {
            // Of what is not proven, a refusal alone goes back: else a forged SYN would move a connection of the node's own.
            return (packet.TcpFlags & Packet.Rst) != 0 ? Fresh(in packet.Tuple) : null;
        }

        if ((packet.TcpFlags & Packet.Ack) == 0 || Fresh(in packet.Tuple) is not { } begun)
        {
            return null;
        }

        begun = (begun with { Proof = Long(4) + 1 }).With(ClvAnswerFlag.Sent);
        changes.Begun[packet.Tuple] = begun;
        return begun;
    }

    private ClvAnswer? AnswerOfUdp()
    {
        if (Fresh(in packet.Tuple) is { } begun)
        {
            begun.Tick = tables.Tick;
            changes.Begun[packet.Tuple] = begun;
            return begun;
        }

        if (!packet.StaysLocal)
        {
            changes.Begun[packet.Tuple] = new ClvAnswer { Tick = tables.Tick, Link = (byte)ClvAnswerFlag.Inside };
        }

        return null;
    }

    private int? LinkOf(ClvAnswer? answer) => answer is { } known && !known.Has(ClvAnswerFlag.Inside)
        && (byte)tables.Links[known.LinkIndex].Generation == known.Generation && _links.Carries(known.LinkIndex, packet.V6) ? known.LinkIndex : null;

    // What was silent for three minutes begins anew.
    private ClvAnswer? Fresh(in ClvTuple answer) =>
        changes.BegunAt(in answer) is { } begun && (ushort)(tables.Tick - begun.Tick) <= ClvAnswer.BegunTicks ? begun : null;

    private uint Long(int at) => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(packet.Transport + at));
}
