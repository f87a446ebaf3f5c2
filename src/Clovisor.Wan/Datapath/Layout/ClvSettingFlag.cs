namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_setting_flag</c>.</summary>
[Flags]
internal enum ClvSettingFlag : uint
{
    None = 0,
    ClearTags = 1,
    TrustedOnly = 2,
    Answers = 4,
    Paired = 8,
    Events = 16,
}
