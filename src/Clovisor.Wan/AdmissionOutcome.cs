namespace Clovisor.Wan;

/// <summary>What became of a session that was to be admitted.</summary>
public enum AdmissionOutcome
{
    /// <summary>The session is in the kernel and takes the link that is named.</summary>
    Admitted,

    /// <summary>The session is in the kernel; its association has no link now, and its action for that applies.</summary>
    NoLink,

    /// <summary>Nothing was done: the configuration in force has no association of that name.</summary>
    UnknownAssociation,

    /// <summary>The session goes on by the link that is named, not as a new one of its association, or of none, would: its peer knows it by an address of that link.</summary>
    Kept,

    /// <summary>The session is of no association and takes the node's own routes.</summary>
    Unclassified,
}
