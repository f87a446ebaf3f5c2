namespace Clovisor.Wan.Links;

/// <summary>How a link is paid for.</summary>
public enum LinkBilling
{
    /// <summary>At a flat rate. The default.</summary>
    Flat,

    /// <summary>By what is sent and received.</summary>
    Usage,
}
