using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <summary>
/// What the datapath does with a frame, by its rules: a function of the frame and the tables. It changes neither; what it writes is in the
/// outcome. The one thing of chance, the source port that is drawn when a session's own is taken, comes from outside and is checked.
/// </summary>
internal abstract class DatapathModel
{
    private protected DatapathModel(Tables tables, Arrival arrival)
    {
        Tables = tables;
        Arrival = arrival;
        Changes = new Changes(tables);
        Frame = [.. arrival.Frame];
        Unread = Packet.Read(Frame, out Packet packet, arrival.L3) ?? RecallFragment(packet);
        Packet = packet;
    }

    private protected Tables Tables { get; }

    private protected Arrival Arrival { get; }

    private protected Changes Changes { get; }

    private protected Packet Packet { get; }

    /// <summary>Why the packet is not followed; null if it is.</summary>
    private protected DatapathReason? Unread { get; }

    private protected byte[] Frame { get; set; }

    /// <param name="tables">What the program sees.</param>
    /// <param name="arrival">The frame.</param>
    /// <param name="drawn">The port that was drawn, as it lies in a packet; null if none was.</param>
    internal static Outcome Decide(Tables tables, Arrival arrival, ushort? drawn = null)
    {
        if (arrival.Hook == Hook.Egress && arrival.Claimed)
        {
            // Sent here by the program of another device, which has done what is to be done.
            return new Outcome(Outcome.Next, DatapathReason.OutClaimed, [.. arrival.Frame], new Changes(tables));
        }

        DatapathModel model = arrival.Hook == Hook.Ingress ? new IngressModel(tables, arrival) : new EgressModel(tables, arrival, drawn);
        return model.Unread is { } reason ? model.Pass(reason) with { Claims = arrival.Claimed && arrival.Hook == Hook.Ingress } : model.Decide();
    }

    private protected abstract Outcome Decide();

    private protected Outcome Pass(DatapathReason reason) => new(Outcome.Next, reason, Frame, Changes);

    private protected Outcome Drop(DatapathReason reason) => new(Outcome.Shot, reason, Frame, Changes);

    private protected Outcome Send(DatapathReason reason, Redirection to, bool claims = false) =>
        new(Outcome.Redirect, reason, Frame, Changes) { To = to, Claims = claims };

    private protected int NetworkBytes => Frame.Length - Packet.Network;

    /// <summary>The device where a session is at home, and its number; null where it is not known.</summary>
    private protected (int Number, ClvHome Home)? HomeOf(in ClvSession session)
    {
        ClvHome home = Changes.Home(session.Home);
        return home.Ifindex == 0 ? null : (session.Home, home);
    }

    /// <summary>A word of traffic with more bytes, and seen now.</summary>
    private protected ulong Counted(ulong traffic)
    {
        const ulong Bytes = (1UL << 48) - 1;
        return (((traffic & Bytes) + (ulong)NetworkBytes) & Bytes) | ((ulong)Tables.Tick << 48);
    }

    private protected int MtuOf(uint device) => Tables.Mtus.GetValueOrDefault(device);

    /// <summary>An Ethernet header before what has none, for the helpers and the devices that take one for granted.</summary>
    private protected void PutHeader(ReadOnlySpan<byte> destination)
    {
        if (Arrival.L3)
        {
            Frame = [.. destination, .. new byte[6], .. (byte[])(Packet.V6 ? [0x86, 0xdd] : [0x08, 0x00]), .. Frame];
        }
    }

    /// <summary>Whether it is addressed to the node, and of no other network by a tag; where there are no addresses, all is.</summary>
    private protected static bool IsForNode(Tables tables, Arrival arrival, Packet packet) =>
        packet.Tags == 0 && (arrival.L3 || arrival.Frame.AsSpan(0, 6).SequenceEqual(tables.Macs[arrival.Device]));

    private protected void Untag() => Frame = Rewriter.Untag(Frame, Packet);

    /// <summary>What a later fragment does not show, it has from the first; and the first is remembered.</summary>
    private DatapathReason? RecallFragment(Packet packet)
    {
        ClvFragment key = packet.FragmentKey;
        if (packet.Part == Part.Later)
        {
            if (Changes.Fragment(in key) is not { } ports)
            {
                return DatapathReason.Fragment;
            }

            (packet.Tuple.Sport, packet.Tuple.Dport, packet.Tuple.Protocol) = (ports.Sport, ports.Dport, ports.Protocol);
        }
        else if (packet.Part == Part.First && !packet.IsError)
        {
            Changes.Fragments[key] = new ClvFragmentPorts { Sport = packet.Tuple.Sport, Dport = packet.Tuple.Dport, Protocol = packet.Protocol };
        }

        return null;
    }
}
