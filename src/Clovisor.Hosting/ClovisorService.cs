using System.Collections.Immutable;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting;

/// <summary>
/// Joins the parts: reads the folder, starts the WAN part where there is one, and puts one snapshot after the other in force, in the kernel
/// first and then for the classifier.
/// </summary>
internal sealed partial class ClovisorService(
    IOptions<ClovisorOptions> options,
    SnapshotStore store,
    HealthBoard health,
    TimeProvider time,
    ILogger<ClovisorService> log,
    WanPart? wan = null) : BackgroundService
{
    private const string ConfigurationPart = "configuration";
    private const string AssociationsPart = "associations";

    private readonly IstioProxy _proxy = new()
    {
        Kind = options.Value.Proxy,
        Namespace = options.Value.ProxyNamespace,
        Labels = options.Value.ProxyLabels.ToImmutableDictionary(StringComparer.Ordinal),
    };

    private readonly string _folder = options.Value.ConfigurationDirectory;
    private YamlFolderSource? _source;
    private long _seen;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _source = new YamlFolderSource(_folder, timeProvider: time);
        YamlFolderSnapshot folder = _source.Current;
        _seen = folder.Revision;
        Candidate candidate = Candidate.Of(folder);
        if (!candidate.Errors.IsEmpty)
        {
            throw new ConfigurationRefusedException(_folder, candidate.Errors);
        }

        ClovisorSnapshot first = new(1, candidate.Istio, candidate.Wan, _proxy);
        if (wan is not null)
        {
            await wan.StartAsync(first.Wan, cancellationToken).ConfigureAwait(false);
        }

        Publish(first);
        health.IsReady = true;
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _source?.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        wan?.Stop();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (YamlFolderSnapshot folder in _source!.WatchAsync(stoppingToken).ConfigureAwait(false))
        {
            if (folder.Revision != _seen)
            {
                _seen = folder.Revision;
                Reload(folder);
            }
        }
    }

    private void Reload(YamlFolderSnapshot folder)
    {
        ClovisorSnapshot inForce = store.Current!;
        Candidate candidate = Candidate.Of(folder);
        ImmutableArray<string> errors = candidate.Errors;
        if (errors.IsEmpty)
        {
            ClovisorSnapshot next = new(inForce.Revision + 1, candidate.Istio, candidate.Wan, _proxy);
            if (wan?.TryApply(next.Wan) is not { } refusal)
            {
                Publish(next);
                return;
            }

            errors = [refusal];
        }

        LogRefused(_folder, errors.Length, inForce.Revision, string.Join('\n', errors));
        health.Post(ConfigurationPart, HealthLevel.Degraded, [$"The documents in {_folder} were refused; revision {inForce.Revision} stays in force.", .. errors]);
    }

    private void Publish(ClovisorSnapshot snapshot)
    {
        store.Publish(snapshot);
        ImmutableArray<string> warnings = [.. snapshot.Warnings()];
        health.Post(ConfigurationPart, HealthLevel.Healthy);
        health.Post(AssociationsPart, HealthLevel.Healthy, null, warnings);
        LogInForce(snapshot.Revision, snapshot.Istio.VirtualServices.Length, snapshot.Wan.Links.Length, snapshot.Wan.Associations.Length);
        foreach (string warning in warnings)
        {
            LogWarning(warning);
        }
    }

    [LoggerMessage(EventId = 1310, EventName = nameof(LogInForce), Level = LogLevel.Information,
        Message = "Revision {Revision} is in force: {VirtualServices} VirtualServices, {Links} links, {Associations} associations")]
    private partial void LogInForce(long revision, int virtualServices, int links, int associations);

    [LoggerMessage(EventId = 1311, EventName = nameof(LogRefused), Level = LogLevel.Error,
        Message = "The documents in {Folder} were refused, {Count} error(s); revision {Revision} stays in force:\n{Errors}")]
    private partial void LogRefused(string folder, int count, long revision, string errors);

    [LoggerMessage(EventId = 1312, EventName = nameof(LogWarning), Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogWarning(string warning);
}
