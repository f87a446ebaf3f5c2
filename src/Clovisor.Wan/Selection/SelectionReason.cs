namespace Clovisor.Wan.Selection;

/// <summary>Why the slots of an association name the links that they name.</summary>
public enum SelectionReason
{
    /// <summary>Links of the best tier that has one which works and keeps the SLA class.</summary>
    Tier,

    /// <summary>As above, among backup links: no normal link qualified.</summary>
    Backup,

    /// <summary>No link keeps the SLA class; the one that breaks it least was taken.</summary>
    BestOfWorst,

    /// <summary>No link qualifies.</summary>
    NoLink,
}
