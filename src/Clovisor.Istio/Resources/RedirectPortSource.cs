namespace Clovisor.Istio.Resources;

/// <summary>Where the port of a redirect's location comes from when it is not given as a number.</summary>
public enum RedirectPortSource
{
    /// <summary>From the scheme: none is written.</summary>
    ProtocolDefault,

    /// <summary>From the listener that the request came in by.</summary>
    Request,
}
