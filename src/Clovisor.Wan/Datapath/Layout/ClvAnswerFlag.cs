namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_answer_flag</c>.</summary>
[Flags]
internal enum ClvAnswerFlag : byte
{
    None = 0,
    Inside = 16,
    Sent = 32,
    Closing = 64,
}
