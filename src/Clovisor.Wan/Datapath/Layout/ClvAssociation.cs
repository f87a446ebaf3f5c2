using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_association</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvAssociation
{
    internal byte InUse;
    internal ClvDownAction TcpOnDown;
    internal ClvDownAction UdpOnDown;
    internal ClvNoLinkAction OnNoLink;
    internal ClvName Name;

    internal static ClvAssociation From(DatapathAssociation association) => new()
    {
        InUse = 1,
        TcpOnDown = (ClvDownAction)association.TcpOnLinkDown,
        UdpOnDown = (ClvDownAction)association.UdpOnLinkDown,
        OnNoLink = (ClvNoLinkAction)association.OnNoLink,
        Name = ClvName.From(association.Name),
    };
}
