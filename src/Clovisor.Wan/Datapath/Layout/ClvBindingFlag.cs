namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_binding_flag</c>.</summary>
[Flags]
internal enum ClvBindingFlag : byte
{
    None = 0,
    Bound = 16,
    Pinned = 32,
    Translated = 64,
    Lost = 128,
}
