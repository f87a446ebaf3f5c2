namespace Clovisor.Istio.Routing;

/// <summary>By which form of domain a virtual host was selected.</summary>
public enum DomainKind
{
    /// <summary>None was selected.</summary>
    None,

    /// <summary>By its exact name.</summary>
    Exact,

    /// <summary>By the longest <c>*suffix</c>.</summary>
    Suffix,

    /// <summary>By <c>*</c>.</summary>
    Any,
}
