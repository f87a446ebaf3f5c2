namespace Clovisor.Istio.Sources;

/// <summary>Where a configuration comes from, and follows: a folder, Kubernetes clusters, or several of those together.</summary>
/// <remarks>All members may be used from any thread.</remarks>
public interface IIstioSource
{
    /// <summary>Gets what is in force now. Never waits.</summary>
    IstioSnapshot Current { get; }

    /// <summary>Gets the snapshots: the current one at once, then each new one. A reader that is slow skips to the latest.</summary>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A sequence that ends when the source is disposed.</returns>
    IAsyncEnumerable<IstioSnapshot> WatchAsync(CancellationToken cancellationToken = default);
}
