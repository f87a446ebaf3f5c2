using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <content>No link: passed on, dropped, or its sender is told.</content>
internal sealed partial class EgressModel
{
    // Not to or about many hosts, by either kind of address, not about a later fragment, and not about a reset, whose sender waits for nothing.
    private bool MayBeTold => (Packet.TcpFlags & Packet.Rst) == 0 && Packet.Part != Part.Later && IsOneHost(in Packet.Tuple.Saddr) && IsOneHost(in Packet.Tuple.Daddr) && (Arrival.L3 || (Frame[0] & 1) == 0);

    private Outcome NoLink(ClvSession session)
    {
        ClvAssociation association = Tables.Associations[session.Association];
        if (association.InUse == 0 || association.OnNoLink == ClvNoLinkAction.Pass)
        {
            return Pass(DatapathReason.OutNoLinkPassed);
        }

        if (association.OnNoLink != ClvNoLinkAction.Unreachable || !MayBeTold || IcmpAnswer.Unreachable(Frame, Packet) is not { } error)
        {
            return Drop(DatapathReason.OutNoLinkDropped);
        }

        Frame = error;
        return Answer(DatapathReason.OutUnreachable);
    }

    private bool IsOneHost(in ClvAddress address)
    {
        ReadOnlySpan<byte> bytes = address;
        return Packet.V6 ? bytes[0] != 0xff && bytes.ContainsAnyExcept((byte)0) : bytes[12] is not (0 or 127 or >= 224);
    }
}
