using System.Collections.Immutable;

namespace Clovisor.Istio.Sources;

/// <summary>
/// Several sources as one, the most important first: where two have a rule of one kind, namespace and name, the first has it; services, pods and
/// namespaces of all are joined; the mesh config is that of the first source that has one.
/// </summary>
/// <remarks>All members may be used from any thread. The sources are not owned: whoever made them disposes them, after this one.</remarks>
public sealed class MergedSource : IIstioSource, IAsyncDisposable
{
    private readonly ImmutableArray<IIstioSource> _sources;
    private readonly SnapshotPublisher _publisher = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _watching;
    private ImmutableArray<IstioConfiguration> _merged = [];

    /// <summary>Initializes a new instance of the <see cref="MergedSource"/> class.</summary>
    /// <param name="sources">The sources, the most important first. At least one.</param>
    /// <exception cref="ArgumentException">There is no source.</exception>
    public MergedSource(params IEnumerable<IIstioSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources = [.. sources];
        if (_sources.IsEmpty)
        {
            throw new ArgumentException("No source is named. Name at least one.", nameof(sources));
        }

        Merge();
        _watching = Task.WhenAll(_sources.Select(source => Task.Run(() => FollowAsync(source))));
    }

    /// <inheritdoc/>
    public IstioSnapshot Current => _publisher.Current;

    /// <inheritdoc/>
    public IAsyncEnumerable<IstioSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _publisher.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stop.Dispose();
        _publisher.End();
    }

    private async Task FollowAsync(IIstioSource source)
    {
        try
        {
            await foreach (IstioSnapshot snapshot in source.WatchAsync(_stop.Token).ConfigureAwait(false))
            {
                Merge();
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <summary>Publishes what the sources say now, unless it is what they said before.</summary>
    private void Merge()
    {
        lock (_lock)
        {
            ImmutableArray<IstioSnapshot> all = [.. _sources.Select(static s => s.Current)];
            IstioSnapshot before = _publisher.Current;
            IstioSnapshot next = before with
            {
                IsSynced = all.All(static s => s.IsSynced),
                Errors = [.. all.SelectMany(static s => s.Errors)],
                Warnings = [.. all.SelectMany(static s => s.Warnings)],
                Clusters = [.. all.SelectMany(static s => s.Clusters)],
            };
            ImmutableArray<IstioConfiguration> configurations = [.. all.Select(static s => s.Configuration)];
            if (next.IsSynced && (configurations.Length != _merged.Length || configurations.Zip(_merged).Any(static pair => !ReferenceEquals(pair.First, pair.Second))))
            {
                _merged = configurations;
                IstioConfiguration configuration = IstioConfiguration.Join(configurations);
                next = next with { Configuration = configuration, Tables = before.Tables.Next(configuration) };
            }

            bool news = !ReferenceEquals(next.Configuration, before.Configuration) || next.IsSynced != before.IsSynced
                || !next.Errors.SequenceEqual(before.Errors) || !next.Warnings.SequenceEqual(before.Warnings) || !next.Clusters.SequenceEqual(before.Clusters);
            if (news)
            {
                _publisher.Publish(next);
            }
        }
    }
}
