namespace Clovisor.Wan.Associations;

/// <summary>By what an association has a session.</summary>
public enum MatchKind
{
    /// <summary>By a mesh route rule.</summary>
    MeshRoute,

    /// <summary>By a flow match.</summary>
    Flow,

    /// <summary>By the DSCP of its packets.</summary>
    Dscp,

    /// <summary>By its source port.</summary>
    SourcePort,
}
