namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>enum clv_session_state</c>.</summary>
internal enum ClvSessionState : byte
{
    New = 0,
    Opening = 1,
    Established = 2,
    Closing = 3,
}
