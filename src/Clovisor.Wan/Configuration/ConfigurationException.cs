using System.Collections.Immutable;

namespace Clovisor.Wan.Configuration;

/// <summary>A configuration was refused. Nothing of it is in force.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Makes the exception of all that is wrong.</summary>
    public ConfigurationException(ImmutableArray<ConfigurationError> errors)
        : base($"The WAN configuration has {errors.Length} error(s):{Environment.NewLine}{string.Join(Environment.NewLine, errors)}") =>
        Errors = errors;

    /// <summary>All that is wrong; at least one.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; }
}
