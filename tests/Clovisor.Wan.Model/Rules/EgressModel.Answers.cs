using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>Of no session, but in answer to what came by a link.</summary>
internal sealed partial class EgressModel
{
    /// <summary>An answer is nobody's session: it is not counted, and nothing in it is changed but a segment size.</summary>
    private Outcome SendAnswer(int index)
    {
        ClvLink link = Tables.Links[index];
        if (link.Ifindex == Arrival.Device)
        {
            return Pass(DatapathReason.OutHome);
        }

        if (NetworkBytes > MtuOf(link.Ifindex))
        {
            byte[]? error = IcmpAnswer.TooBig(Frame, Packet, MtuOf(link.Ifindex));
            Frame = error ?? Frame;
            return error is null ? Drop(DatapathReason.OutMtuDropped) : Answer(DatapathReason.OutTooBig);
        }

        Untag();
        Rewriter.Clamp(Frame, Packet, new SegmentRules(Tables).Of(index, Packet.V6));
        return SendInto(in link, DatapathReason.OutAnswered);
    }

    /// <summary>An ICMP error about what came and is of no session.</summary>
    private Outcome LeaveBegunError(in ClvTuple answer)
    {
        if (new BegunRules(Tables, Changes, Packet, Frame).LinkOfError(in answer) is not { } index || Tables.Links[index].Ifindex == Arrival.Device)
        {
            return Pass(DatapathReason.Protocol);
        }

        Untag();
        return SendInto(in Tables.Links[index], DatapathReason.OutIcmpError);
    }
}
