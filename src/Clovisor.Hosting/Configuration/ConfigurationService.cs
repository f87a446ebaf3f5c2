using System.Collections.Immutable;
using System.Diagnostics;
using Clovisor.Bpf;
using Clovisor.Hosting.Configuration.Sources;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Telemetry;
using Clovisor.Istio.Routing;
using Clovisor.Wan;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.Configuration;

/// <summary>
/// Joins the parts: reads the sources, starts the WAN part where there is one, and puts one snapshot after the other in force, in the kernel
/// first and then for the classifier.
/// </summary>
internal sealed partial class ConfigurationService(
    IEnumerable<IClovisorSource> sources,
    LiveOptions<ClovisorOptions> options,
    SnapshotStore store,
    HealthBoard health,
    HostInstruments instruments,
    TimeProvider time,
    ILogger<ConfigurationService> log,
    WanPart? wan = null) : BackgroundService
{
    internal const string ConfigurationPart = "configuration";
    internal const string AssociationsPart = "associations";

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly ImmutableArray<IClovisorSource> _sources = [.. sources];
    private readonly SemaphoreSlim _news = new(0, 1);
    private ITimer? _retry;
    private ImmutableArray<SourceContents> _seen = [];
    private ClovisorOptions? _seenOptions;
    private bool _wanIsDue;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_sources.IsEmpty)
        {
            throw new InvalidOperationException("Start Clovisor: there is nowhere to read the configuration from. Call AddYamlFolder or AddKubernetes on what AddClovisor returns.");
        }

        _retry = time.CreateTimer(static service => ((ConfigurationService)service!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (IClovisorSource source in _sources)
        {
            source.Start();
        }

        await SettleAsync(isFirst: true, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _retry?.Dispose();
        _news.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        wan?.Stop();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        options.Changed += Signal;
        Task[] following = [.. _sources.Select(source => FollowAsync(source, stoppingToken))];
        try
        {
            while (true)
            {
                await _news.WaitAsync(stoppingToken).ConfigureAwait(false);
                await SettleAsync(isFirst: false, stoppingToken).ConfigureAwait(false);
            }
        }
        finally
        {
            options.Changed -= Signal;
            await Task.WhenAll(following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(IClovisorSource source, CancellationToken stoppingToken)
    {
        try
        {
            await source.FollowAsync(Signal, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // One source that fails must not take the host down; what it said last goes on.
            LogUnfollowed(source.Name, e);
            health.Post(ConfigurationPart, HealthLevel.Unhealthy, [$"Follow {source.Name}: {e.Message} Its last contents stay in force; restart the host."]);
        }
    }

    private void Signal()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // The look that is due sees this change too.
        }
        catch (ObjectDisposedException)
        {
            // The host has stopped.
        }
    }

    /// <summary>Looks at all sources, and puts what they say in force if it is new and right.</summary>
    private async Task SettleAsync(bool isFirst, CancellationToken cancellationToken)
    {
        ImmutableArray<SourceContents> contents = [.. _sources.Select(source => source.Current)];
        ClovisorOptions settings = options.Current;
        if (_seenOptions is { } before && before.SaysTheSameAs(settings) && contents.AsSpan().SequenceEqual(_seen.AsSpan(), ReferenceEqualityComparer.Instance))
        {
            if (_wanIsDue)
            {
                await StartWanAsync(store.Current!, isFirst, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        (_seen, _seenOptions) = (contents, settings);
        string[] unknown = [.. _sources.Where((_, i) => !contents[i].IsKnown).Select(source => source.Name)];
        if (unknown.Length > 0)
        {
            string inForce = store.Current is { } current ? $"revision {current.Revision} stays in force" : "nothing is in force yet; what an earlier process left in the kernel goes on";
            health.Post(ConfigurationPart, store.Current is null ? HealthLevel.Unhealthy : HealthLevel.Degraded, [$"Nothing is known yet of {string.Join(" and ", unknown)}; {inForce}."]);
            return;
        }

        Candidate candidate = Candidate.Of(contents, settings.NodeLabels);
        ImmutableArray<CandidateError> errors = candidate.Errors;
        ClovisorSnapshot? next = null;
        if (errors.IsEmpty)
        {
            IstioProxy proxy = new() { Kind = settings.Proxy, Namespace = settings.ProxyNamespace, Labels = settings.ProxyLabels.ToImmutableDictionary(StringComparer.Ordinal) };
            next = new ClovisorSnapshot((store.Current?.Revision ?? 0) + 1, candidate.Istio, candidate.Wan, proxy, store.Current, settings.UserHeader);
            string? refusal = await ApplyAsync(next, isFirst, cancellationToken).ConfigureAwait(false);
            if (refusal is not null)
            {
                errors = [new CandidateError(null, "", refusal)];
                next = null;
            }
        }
        else if (isFirst && errors.Any(error => !_sources[error.Source!.Value].MayBeLate))
        {
            throw new ConfigurationRefusedException(Names(), [.. errors.Select(error => error.Text)]);
        }

        instruments.Reloaded(next is not null);
        if (next is not null)
        {
            Publish(next);
        }
        else
        {
            Refuse([.. errors.Select(error => error.Text)]);
        }

        for (int i = 0; i < _sources.Length; i++)
        {
            _sources[i].Settled(contents[i], next, errors);
        }
    }

    /// <summary>Brings the kernel to a snapshot. Gives why it refused, and what was in force before still is; null when it did not, or when the WAN part does not work at all.</summary>
    private async Task<string?> ApplyAsync(ClovisorSnapshot next, bool isFirst, CancellationToken cancellationToken)
    {
        using Activity? span = ApplySpan.Begin(next);
        if (wan?.IsRunning == true)
        {
            string? refusal = wan.TryApply(next.Wan);
            span.Applied(refusal);
            return refusal;
        }

        await StartWanAsync(next, isFirst, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task StartWanAsync(ClovisorSnapshot snapshot, bool isFirst, CancellationToken cancellationToken)
    {
        if (wan is null)
        {
            return;
        }

        try
        {
            await wan.StartAsync(snapshot.Wan, cancellationToken).ConfigureAwait(false);
            _wanIsDue = false;
        }
        catch (Exception e) when (!isFirst && e is (BpfException or WanException or PlatformNotSupportedException or IOException))
        {
            // A host that has started goes on without the part: requests are still classified, for proxies that tag packets themselves.
            wan.PostFailure(e);
            LogWanFailed(e.Message);
            _wanIsDue = true;
            _retry!.Change(RetryInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Refuse(ImmutableArray<string> errors)
    {
        string inForce = store.Current is { } current ? $"revision {current.Revision} stays in force" : "nothing is in force";
        LogRefused(Names(), errors.Length, inForce, string.Join('\n', errors));
        health.Post(ConfigurationPart, store.Current is null ? HealthLevel.Unhealthy : HealthLevel.Degraded, [$"The documents of {Names()} were refused; {inForce}.", .. errors]);
    }

    private void Publish(ClovisorSnapshot snapshot)
    {
        store.Publish(snapshot);
        ImmutableArray<string> warnings = [.. snapshot.Warnings()];
        health.Post(ConfigurationPart, HealthLevel.Healthy);
        health.Post(AssociationsPart, HealthLevel.Healthy, null, warnings);
        health.IsReady = true;
        LogInForce(snapshot.Revision, snapshot.Istio.VirtualServices.Length, snapshot.Wan.Links.Length, snapshot.Wan.Associations.Length);
        foreach (string warning in warnings)
        {
            LogWarning(warning);
        }
    }

    private string Names() => string.Join(" and ", _sources.Select(source => source.Name));

    [LoggerMessage(EventId = 1310, EventName = nameof(LogInForce), Level = LogLevel.Information,
        Message = "Revision {Revision} is in force: {VirtualServices} VirtualServices, {Links} links, {Associations} associations")]
    private partial void LogInForce(long revision, int virtualServices, int links, int associations);

    [LoggerMessage(EventId = 1311, EventName = nameof(LogRefused), Level = LogLevel.Error,
        Message = "The documents of {Sources} were refused, {Count} error(s); {InForce}:\n{Errors}")]
    private partial void LogRefused(string sources, int count, string inForce, string errors);

    [LoggerMessage(EventId = 1312, EventName = nameof(LogWarning), Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogWarning(string warning);

    [LoggerMessage(EventId = 1313, EventName = nameof(LogUnfollowed), Level = LogLevel.Error, Message = "{Source} is not followed any more; its last contents stay in force")]
    private partial void LogUnfollowed(string source, Exception exception);

    [LoggerMessage(EventId = 1314, EventName = nameof(LogWanFailed), Level = LogLevel.Error, Message = "The WAN datapath does not start, and is tried again: {Reason}")]
    private partial void LogWanFailed(string reason);
}
