namespace Clovisor.Wan.Associations;

/// <summary>What happens when links work, and none keeps the limits of the SLA class.</summary>
public enum SlaFallback
{
    /// <summary>The link that breaks the limits least is taken. The default.</summary>
    BestOfWorst,

    /// <summary>No link is taken: the association's action for "no link" applies.</summary>
    None,
}
