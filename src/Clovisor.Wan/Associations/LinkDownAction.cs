namespace Clovisor.Wan.Associations;

/// <summary>What happens to a session whose link is gone and which cannot move as it is (an orphan).</summary>
public enum LinkDownAction
{
    /// <summary>TCP only: the next segment of the local side is turned round into a reset, so that the client connects anew at once.</summary>
    Reset,

    /// <summary>The session gets a new link and a new translation on its next packet. For protocols that migrate, such as QUIC and WireGuard.</summary>
    Rebind,

    /// <summary>Nothing: the session keeps its link and waits for it.</summary>
    Drain,
}
