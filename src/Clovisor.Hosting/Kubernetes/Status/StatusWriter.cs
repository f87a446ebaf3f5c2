using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Kubernetes.Following;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>
/// Keeps the status of WAN objects: this node's entry under a manager of its own, and what follows from all entries under one that all nodes share. What is
/// written is only what differs from what the cluster shows, so that a write that was lost is made up for at the next look.
/// </summary>
internal sealed partial class StatusWriter(
    KubernetesPart kubernetes, WanRuntime wan, IOptions<KubernetesOptions> options, LiveOptions<ClovisorOptions> clovisor, HealthBoard health, TimeProvider time, ILogger<StatusWriter> log) : BackgroundService
{
    internal const string Part = "status";
    internal const string FleetManager = "clovisor";

    private const int MostWrites = 10;
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // The first node by name writes what all would write; another one does so if it still differs after a while, by its rank.
    private static readonly TimeSpan RankStep = TimeSpan.FromMilliseconds(500);
    private const int LastRank = 20;

    private readonly string _node = options.Value.Node;
    private readonly Dictionary<string, long> _differsSince = new(StringComparer.Ordinal);

    private string NodeManager => $"clovisor-{_node}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.WritesStatus)
        {
            return;
        }

        health.Post(Part, HealthLevel.Healthy);
        while (true)
        {
            TimeSpan wait = await RoundAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(wait > options.Value.StatusInterval ? wait : options.Value.StatusInterval, time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what differs, ten objects at most. Gives how long to leave the cluster alone.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken stoppingToken)
    {
        if (kubernetes.Settlement is not { } settlement || kubernetes.Objects is not { } source)
        {
            return TimeSpan.Zero;
        }

        (ImmutableArray<WanObject> objects, FrozenDictionary<string, string> labels, ClusterStatus cluster) = kubernetes.Look();
        if (cluster.IsStale || !cluster.IsSynced)
        {
            // What the cluster shows is not known, so neither is what differs.
            return TimeSpan.Zero;
        }

        try
        {
            foreach (Write write in Writes(objects, new NodeView(_node, LabelsWith(labels), settlement, wan.Engine?.Status, time.GetUtcNow())).Take(MostWrites))
            {
                using CancellationTokenSource limit = new(WriteLimit, time);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
                await source.ApplyStatusAsync(write.Item.Kind, "", write.Item.Name, JsonOf(write), write.Manager, either.Token).ConfigureAwait(false);
            }

            health.Post(Part, HealthLevel.Healthy);
            return TimeSpan.Zero;
        }
        catch (KubernetesWriteException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Deleted meanwhile, or changed: the next look sees it.
            return TimeSpan.Zero;
        }
        catch (KubernetesWriteException e)
        {
            return Failed(e.Message, e.RetryAfter ?? Pause);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return Failed($"The cluster did not answer within {WriteLimit.TotalSeconds} s.", Pause);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Status is what people see; that it is not written must not end the host.
            return Failed(e.Message, Pause);
        }
    }

    private FrozenDictionary<string, string> LabelsWith(FrozenDictionary<string, string> labels) =>
        clovisor.Current.NodeLabels.Count == 0 ? labels : labels.Where(label => !clovisor.Current.NodeLabels.ContainsKey(label.Key)).Concat(clovisor.Current.NodeLabels).ToFrozenDictionary(StringComparer.Ordinal);

    private TimeSpan Failed(string reason, TimeSpan wait)
    {
        health.Post(Part, HealthLevel.Degraded, [$"The status of WAN objects is not written: {reason} It is tried again; traffic does not depend on it."]);
        LogFailed(reason);
        return wait;
    }

    private IEnumerable<Write> Writes(ImmutableArray<WanObject> objects, NodeView node)
    {
        FrozenDictionary<string, WanObject> links = objects.Where(static item => item.Kind == WanKinds.Link).ToFrozenDictionary(static item => item.Name, StringComparer.Ordinal);
        List<Write> fleet = [];
        HashSet<string> differing = new(StringComparer.Ordinal);
        foreach (WanObject item in objects)
        {
            ImmutableArray<WanNodeStatus> shown = item.Status?.Nodes ?? [];
            WanNodeStatus? former = shown.FirstOrDefault(entry => entry.Node == _node);
            WanNodeStatus? entry = node.EntryOf(item, links);
            if (former != entry)
            {
                yield return new Write(item, NodeManager, new WanObjectStatus { Nodes = entry is null ? null : [entry] });
            }

            ImmutableArray<WanNodeStatus> all = [.. shown.Where(one => one.Node != _node).Append(entry).OfType<WanNodeStatus>().OrderBy(static one => one.Node, StringComparer.Ordinal)];
            WanObjectStatus whole = FleetView.Of(item, all, node.Now);
            if (!FleetView.Same(item.Status, whole) && differing.Add(item.Subject) && IsMyTurn(item, all))
            {
                fleet.Add(new Write(item, FleetManager, whole));
            }
        }

        foreach (string subject in _differsSince.Keys.Except(differing).ToArray())
        {
            _differsSince.Remove(subject);
        }

        // What only this node can say goes first.
        foreach (Write write in fleet)
        {
            yield return write;
        }
    }

    private bool IsMyTurn(WanObject item, ImmutableArray<WanNodeStatus> all)
    {
        long now = time.GetTimestamp();
        if (!_differsSince.TryGetValue(item.Subject, out long since))
        {
            _differsSince[item.Subject] = since = now;
        }

        int rank = all.Count(entry => string.CompareOrdinal(entry.Node, _node) < 0);
        return time.GetElapsedTime(since, now) >= RankStep * Math.Min(rank, LastRank);
    }

    private static byte[] JsonOf(Write write) => JsonSerializer.SerializeToUtf8Bytes(
        new StatusDocument(write.Item.Kind.ApiVersion, write.Item.Kind.Kind, new StatusDocument.Identity(write.Item.Name), write.Status), StatusJson.Default.StatusDocument);

    [LoggerMessage(EventId = 1320, EventName = nameof(LogFailed), Level = LogLevel.Warning, Message = "The status of WAN objects is not written: {Reason}")]
    private partial void LogFailed(string reason);

    private sealed record Write(WanObject Item, string Manager, WanObjectStatus Status);
}
