using System.Runtime.InteropServices;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_association</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvAssociation
{
    internal byte InUse;
    internal ClvDownAction TcpOnDown;
    internal ClvDownAction UdpOnDown;
    internal ClvNoLinkAction OnNoLink;
    internal ClvStickyKind Sticky;
    internal byte Spare;
    internal ushort Links;
    internal ClvName Name;

    internal static ClvAssociation From(DatapathAssociation association, PlanPlacement placement) => new()
    {
        InUse = 1,
        TcpOnDown = (ClvDownAction)association.TcpOnLinkDown,
        UdpOnDown = (ClvDownAction)association.UdpOnLinkDown,
        OnNoLink = (ClvNoLinkAction)association.OnNoLink,
        Sticky = association.Sticky switch
        {
            StickyKind.Source => ClvStickyKind.Source,
            StickyKind.Destination => ClvStickyKind.Destination,
            _ => ClvStickyKind.Tuple,
        },
        Links = (ushort)association.Links.Sum(position => 1 << placement.LinkIndex(position)),
        Name = ClvName.From(association.Name),
    };
}
