namespace Clovisor.Wan.Sla;

/// <summary>Whether a link keeps an SLA class.</summary>
public enum SlaVerdict
{
    /// <summary>Too few samples to say so with confidence. The link is used as if it kept the class.</summary>
    Unknown,

    /// <summary>It does.</summary>
    Kept,

    /// <summary>It does not.</summary>
    Broken,
}
