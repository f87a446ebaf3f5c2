using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <content>ICMP errors that leave.</content>
internal sealed partial class EgressModel
{
    /// <summary>An ICMP error about a packet that arrived: it leaves as that session's packets do.</summary>
    private Outcome LeaveError()
    {
        if (Quote.Read(Frame, Packet) is not { } quote)
        {
            return Pass(DatapathReason.Protocol);
        }

        if (Changes.Session(in quote.Answer) is not { } session)
        {
            return LeaveBegunError(in quote.Answer);
        }

        if (!session.Binding.IsBound)
        {
            return Pass(DatapathReason.Protocol);
        }

        ClvBinding binding = session.Binding;
        bool follows = !binding.IsPinned && !binding.IsTranslated;
        int? slot = follows ? _links.OfSlot(session, Packet.V6) : null;
        bool moves = slot is { } named && !Tables.Links[named].Flags.HasFlag(ClvLinkFlag.Translated);
        if (!moves && !_links.IsAlive(binding, Packet.V6))
        {
            return Drop(DatapathReason.OutWaiting);
        }

        int index = moves ? slot!.Value : binding.LinkIndex;
        ClvLink link = Tables.Links[index];
        if (link.Ifindex != Arrival.Device)
        {
            Untag();
        }

        if (binding.IsTranslated)
        {
            ClvAddress source = _links.WireAddress(in quote.Answer, binding)!.Value;
            quote = Quote.Read(Frame, Packet)!;
            Rewriter.TranslateError(Frame, Packet, quote, End.Source, in source, binding.Port);
            if (binding.IsPaired && _pairs.Peer(index, Packet.V6) is { } far)
            {
                Rewriter.TranslateFarEnd(Frame, Packet, quote, End.Destination, in far);
            }
        }

        return (link.Ifindex == Arrival.Device ? Pass(DatapathReason.OutIcmpError) : SendInto(in link, DatapathReason.OutIcmpError)) with { Link = index };
    }
}
