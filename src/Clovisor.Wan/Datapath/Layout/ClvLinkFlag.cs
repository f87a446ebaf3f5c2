namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_link_flag</c>.</summary>
[Flags]
internal enum ClvLinkFlag : uint
{
    None = 0,
    Usable = 1,
    Translated = 2,
    Ipv4 = 4,
    Ipv6 = 8,
    Paired = 16,
}
