namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_no_link_action</c>.</summary>
internal enum ClvNoLinkAction : byte
{
    Pass = 0,
    Drop = 1,
    Unreachable = 2,
}
