namespace Clovisor.Wan.Associations;

/// <summary>What happens to the sessions on a link that works and no longer keeps the SLA class, while another one does.</summary>
public enum BrownoutAction
{
    /// <summary>New sessions take the better link; those that are pinned to the old one stay there. Killing what works is worse than its loss. The default.</summary>
    NewSessionsOnly,

    /// <summary>Pinned sessions are settled as if the link had failed: by the association's action for their protocol.</summary>
    Move,
}
