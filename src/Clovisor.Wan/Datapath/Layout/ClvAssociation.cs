using System.Runtime.CompilerServices;
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
    internal Padding Reserved;
    internal ClvName Name;

    internal static ClvAssociation From(DatapathAssociation association) => new()
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
        Name = ClvName.From(association.Name),
    };

    [InlineArray(3)]
    internal struct Padding
    {
        private byte _first;
    }
}
