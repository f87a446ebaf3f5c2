namespace Clovisor.Hosting.Health;

/// <summary>How a part is.</summary>
public enum HealthLevel
{
    /// <summary>Does what it should.</summary>
    Healthy,

    /// <summary>Works on, but not as configured: an older configuration is in force, or a link is down.</summary>
    Degraded,

    /// <summary>Does not work.</summary>
    Unhealthy,
}
