namespace Clovisor.Istio.Routing;

/// <summary>Why a request goes where it goes.</summary>
public enum RouteReason
{
    /// <summary>A rule of a VirtualService matched.</summary>
    Matched,

    /// <summary>No VirtualService applies to the service: its default route was taken.</summary>
    DefaultRoute,

    /// <summary>No service and no rule has the host: the request goes where the client addressed it.</summary>
    Passthrough,

    /// <summary>No service and no rule has the host, and the mesh lets nothing else out: 502.</summary>
    Blocked,

    /// <summary>The gateway redirects plain requests to https before it looks at rules: 301.</summary>
    HttpsRedirect,

    /// <summary>The host is known, but none of its rules matched: 404.</summary>
    NoRuleMatched,

    /// <summary>The table has nothing for the host: 404.</summary>
    NoVirtualHost,

    /// <summary>The proxy refuses the request before routing, such as for a path without a leading slash: 400.</summary>
    BadRequest,
}
