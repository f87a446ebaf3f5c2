using System.Collections.Immutable;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Serialization;

/// <summary>What reading documents gave: a whole configuration, or the reasons why there is none.</summary>
/// <param name="Configuration">The configuration, or null when there is an error.</param>
/// <param name="Errors">Everything that is wrong, in the order of the documents; empty when nothing is.</param>
public sealed record IstioReadResult(IstioConfiguration? Configuration, ImmutableArray<ConfigurationError> Errors)
{
    /// <summary>Gets the configuration, or throws the errors.</summary>
    /// <returns>The configuration.</returns>
    /// <exception cref="IstioConfigurationException">There are errors; the message lists all of them.</exception>
    public IstioConfiguration OrThrow() => Configuration ?? throw new IstioConfigurationException(Errors);
}
