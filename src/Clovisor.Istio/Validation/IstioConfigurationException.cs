using System.Collections.Immutable;

namespace Clovisor.Istio.Validation;

/// <summary>A configuration was refused. Nothing of it is in force.</summary>
public sealed class IstioConfigurationException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="IstioConfigurationException"/> class.</summary>
    /// <param name="errors">Everything that is wrong; at least one.</param>
    public IstioConfigurationException(ImmutableArray<ConfigurationError> errors)
        : base($"The Istio configuration has {errors.Length} error(s):{Environment.NewLine}{string.Join(Environment.NewLine, errors)}")
        => Errors = errors;

    /// <summary>Gets everything that is wrong.</summary>
    public ImmutableArray<ConfigurationError> Errors { get; }
}
