namespace Clovisor.Wan.Configuration;

/// <summary>What follows from a finding in a configuration.</summary>
public enum FindingSeverity
{
    /// <summary>The configuration is refused.</summary>
    Error,

    /// <summary>It is put in force, and something in it does probably not do what is meant.</summary>
    Warning,
}
