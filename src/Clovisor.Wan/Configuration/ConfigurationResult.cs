using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Wan.Configuration;

/// <summary>A configuration, or all that is wrong with it.</summary>
public sealed record ConfigurationResult
{
    internal ConfigurationResult(WanConfiguration? configuration, ImmutableArray<ConfigurationError> errors, ImmutableArray<ConfigurationError> warnings)
    {
        Configuration = configuration;
        Errors = errors;
        Warnings = warnings;
    }

    /// <summary>The configuration; null when there are errors.</summary>
    public WanConfiguration? Configuration { get; }

    /// <summary>All that is wrong, by text and line; empty when there is a configuration.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; }

    /// <summary>What is probably not meant, by text and line, with errors and without. Never a reason to refuse the configuration.</summary>
    public ImmutableArray<ConfigurationError> Warnings { get; }

    /// <summary>Whether there is a configuration.</summary>
    [MemberNotNullWhen(true, nameof(Configuration))]
    public bool IsValid => Configuration is not null;

    /// <summary>The result of findings in the order in which they are to be shown.</summary>
    internal static ConfigurationResult Of(ConfigurationDraft draft, IEnumerable<ConfigurationError> findings)
    {
        ILookup<bool, ConfigurationError> all = findings.ToLookup(static finding => finding.Severity == FindingSeverity.Error);
        ImmutableArray<ConfigurationError> warnings = [.. all[false]];
        return all.Contains(true)
            ? new ConfigurationResult(null, [.. all[true]], warnings)
            : new ConfigurationResult(WanConfiguration.FromValid(draft, warnings), [], warnings);
    }
}
