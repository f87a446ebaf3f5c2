namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_home_flag</c>.</summary>
[Flags]
internal enum ClvHomeFlag : byte
{
    None = 0,
    Lan = 1,
    L3 = 2,
}
