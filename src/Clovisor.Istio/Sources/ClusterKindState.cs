namespace Clovisor.Istio.Sources;

/// <summary>What is done to read one kind in one cluster.</summary>
public enum ClusterKindState
{
    /// <summary>Its objects are being listed for the first time.</summary>
    Listing,

    /// <summary>Its objects are known and their changes are followed.</summary>
    Watching,

    /// <summary>The cluster does not have the kind. It is looked for again from time to time, and when a definition is installed.</summary>
    Absent,

    /// <summary>The cluster does not allow to read the kind. It is tried again from time to time.</summary>
    Denied,

    /// <summary>The cluster did not answer as it should. It is tried again soon; what was known stays.</summary>
    Failing,
}
