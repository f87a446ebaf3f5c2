using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Wan.Configuration;

/// <summary>A configuration, or all that is wrong with it.</summary>
public sealed record ConfigurationResult
{
    internal ConfigurationResult(WanConfiguration? configuration, ImmutableArray<ConfigurationError> errors)
    {
        Configuration = configuration;
        Errors = errors;
    }

    /// <summary>The configuration; null when there are errors.</summary>
    public WanConfiguration? Configuration { get; }

    /// <summary>All that is wrong, by text and line; empty when there is a configuration.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; }

    /// <summary>Whether there is a configuration.</summary>
    [MemberNotNullWhen(true, nameof(Configuration))]
    public bool IsValid => Configuration is not null;
}
