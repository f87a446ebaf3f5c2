namespace Clovisor.Istio.Matching;

/// <summary>Where the value of a header matcher comes from.</summary>
internal enum HeaderField
{
    /// <summary>From the request's headers.</summary>
    Named,

    Method,

    Scheme,

    Authority,

    /// <summary>The path with its query.</summary>
    Path,

    /// <summary>A header that the proxy fills in where the client did not send it.</summary>
    ForwardedProto,
}
