using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Rules;

/// <content>Packets of no session whose tag names an association.</content>
internal sealed partial class EgressModel
{
    private ClvSession? MakeTagged(ref DatapathReason reason)
    {
        uint tag = TagOf();
        if (tag == 0)
        {
            return null;
        }

        reason = Tables.Settings.Flags.HasFlag(ClvSettingFlag.TrustedOnly) && !Tables.SenderTrusted ? DatapathReason.OutTagUntrusted
            : !Packet.Opens ? DatapathReason.OutTagLate
            : IsTranslatedForm() || IsTranslatedInPair() ? DatapathReason.OutTagRepeated
            : Packet.StaysLocal ? DatapathReason.OutTagLocal
            : DatapathReason.OutTableFull;
        if (reason != DatapathReason.OutTableFull)
        {
            return null;
        }

        var session = ClvSession.New((int)tag - 1, Tables.SlotOf(in Packet.Tuple, (int)tag - 1), Tables.Tick);
        return Changes.TryEnter(in Packet.Tuple, in session) ? session : null;
    }

    /// <summary>The port first: it is there for one purpose. 0: no tag.</summary>
    private uint TagOf()
    {
        int port = Packet.HasPorts(Packet.Protocol) ? Bytes.Port(Packet.Tuple.Sport) : 0;
        uint byPort = Tables.Ports[port / 64].Association[port % 64];
        return byPort != 0 ? byPort : DscpTag();
    }

    private uint DscpTag()
    {
        uint masked = Packet.Dscp & Tables.Settings.DscpMask;
        return masked == 0 ? 0 : Tables.Dscp[masked];
    }

    private void ClearTag()
    {
        if (Tables.Settings.Flags.HasFlag(ClvSettingFlag.ClearTags) && DscpTag() != 0)
        {
            Rewriter.ClearDscp(Frame, Packet, (int)(Packet.Dscp & Tables.Settings.DscpMask));
        }
    }

    /// <summary>Whether it is what another session's packets look like after translation.</summary>
    private bool IsTranslatedForm()
    {
        ClvTuple arriving = Packet.Tuple.Reverse(in Packet.Tuple.Saddr, Packet.Tuple.Sport);
        return Changes.Origin(in arriving) is { } origin && !origin.SessionKey(in arriving).Equals(Packet.Tuple);
    }
}
