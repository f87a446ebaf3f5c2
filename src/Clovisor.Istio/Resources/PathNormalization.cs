namespace Clovisor.Istio.Resources;

/// <summary>What a proxy does to a request's path before it looks for a route. Each value includes those before it.</summary>
public enum PathNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Dot segments are resolved, backslashes become slashes, escapes of unreserved characters are decoded.</summary>
    Base,

    /// <summary>Runs of slashes become one.</summary>
    MergeSlashes,

    /// <summary>Escaped slashes and backslashes are decoded first.</summary>
    DecodeAndMergeSlashes,
}
