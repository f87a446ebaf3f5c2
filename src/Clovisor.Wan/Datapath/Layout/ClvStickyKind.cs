namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_sticky_kind</c>.</summary>
internal enum ClvStickyKind : byte
{
    Tuple = 0,
    Source = 1,
    Destination = 2,
}
