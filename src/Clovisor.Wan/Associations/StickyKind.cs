namespace Clovisor.Wan.Associations;

/// <summary>What keeps several sessions of an association on one link.</summary>
public enum StickyKind
{
    /// <summary>Nothing: each session is placed by itself. The default.</summary>
    None,

    /// <summary>The source address: all sessions of one host take one link.</summary>
    Source,

    /// <summary>The destination address.</summary>
    Destination,

    /// <summary>The user.</summary>
    User,

    /// <summary>The value of a request header.</summary>
    Header,
}
