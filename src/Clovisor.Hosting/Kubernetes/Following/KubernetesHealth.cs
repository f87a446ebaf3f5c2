using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Hosting.Health;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes.Objects;

namespace Clovisor.Hosting.Kubernetes.Following;

/// <summary>Says how the reading of clusters goes.</summary>
internal static class KubernetesHealth
{
    // A mesh with thousands of faulty objects must not make a report that nobody can read.
    private const int MostWarnings = 20;

    internal static PartHealth Describe(string part, IstioSnapshot mesh, KubernetesObjectSnapshot objects, string node, DateTimeOffset now)
    {
        List<string> reasons = [];
        foreach (IGrouping<string, ClusterStatus> cluster in mesh.Clusters.Append(objects.Cluster).GroupBy(static status => status.Name))
        {
            ReasonsOf(cluster.Key, [.. cluster], now, reasons);
        }

        if (objects.Cluster.IsSynced && !objects.Objects.Any(static item => item.Kind == WanKinds.Node))
        {
            reasons.Add($"Cluster {objects.Cluster.Name} has no Node '{node}', so no link with a nodeSelector is here. Set KubernetesOptions.NodeName or NODE_NAME to this node's name.");
        }

        string[] warnings = [.. mesh.Errors.Concat(mesh.Warnings).Select(static error => error.ToString()).Distinct()];
        return new PartHealth(
            part,
            reasons.Count == 0 ? HealthLevel.Healthy : HealthLevel.Degraded,
            [.. reasons],
            warnings.Length <= MostWarnings ? [.. warnings] : [.. warnings.Take(MostWarnings), $"and {warnings.Length - MostWarnings} more"]);
    }

    private static void ReasonsOf(string cluster, ImmutableArray<ClusterStatus> readings, DateTimeOffset now, List<string> reasons)
    {
        if (readings.Where(static reading => reading.IsStale).MinBy(static reading => reading.StaleSince) is { } stale)
        {
            string since = stale.StaleSince!.Value.ToString("u", CultureInfo.InvariantCulture);
            reasons.Add($"Cluster {cluster} is not followed since {since} ({Ago(now - stale.StaleSince.Value)}): {stale.StaleReason} What was known stays in force.");
        }

        if (readings.Any(static reading => reading.IsRestored))
        {
            reasons.Add($"Of cluster {cluster}, what an earlier process stored is in force: it has not been read whole since this one started.");
        }

        foreach (ClusterKindStatus kind in readings.SelectMany(static reading => reading.Kinds).Where(static kind => kind.State == ClusterKindState.Denied))
        {
            reasons.Add($"Cluster {cluster} does not let {kind.Kind} be read: {kind.Reason}");
        }

        foreach (string error in readings.Select(static reading => reading.StorageError).Where(static error => error.Length > 0).Distinct())
        {
            reasons.Add($"What is known of cluster {cluster} is not stored whole, and a start without it would lack that: {error}");
        }
    }

    private static string Ago(TimeSpan time) => time.TotalMinutes >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (long)time.TotalSeconds)} seconds");
}
