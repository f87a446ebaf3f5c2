namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_down_action</c>.</summary>
internal enum ClvDownAction : byte
{
    Reset = 0,
    Rebind = 1,
    Drain = 2,
}
