using Clovisor.Wan.Configuration;

namespace Clovisor.Wan.Simulation;

/// <summary>Runs a configuration against a history of its links, in virtual time and without a network: the engine is the real one.</summary>
/// <remarks>
/// For trying a policy before it is put in force, and for finding out why one did what it did. A day of two links with eight probes a second takes some
/// seconds. Needs no rights. Any thread; runs share nothing.
/// </remarks>
public static class WanSimulation
{
    /// <summary>Runs a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="history">What happens to its links.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ArgumentException">The history names a link that the configuration does not have, or a condition that cannot be.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public static SimulationResult Run(WanConfiguration configuration, LinkHistory history, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(history);
        string[] names = [.. configuration.Links.Select(static link => link.Name)];
        foreach (LinkEvent happening in history.Events)
        {
            if (!names.Contains(happening.Link))
            {
                throw new ArgumentException($"The history has an event for link '{happening.Link}' at {happening.At}{Suggestion.For(happening.Link, names)}", nameof(history));
            }

            if (happening.Condition is { Loss: < 0 or > 1 } or { RoundTrip.Ticks: < 0 } or { Jitter.Ticks: < 0 } or { PassivePacketsPerSecond: < 0 })
            {
                throw new ArgumentException(
                    $"The event of link '{happening.Link}' at {happening.At} cannot be: loss is from 0 to 1, and nothing is negative.", nameof(history));
            }
        }

        using var recorder = new SlotRecorder();
        return new SimulatedSite(configuration, history, recorder).Run(cancellationToken);
    }
}
