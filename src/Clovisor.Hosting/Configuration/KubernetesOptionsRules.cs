using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration;

[OptionsValidator]
internal sealed partial class KubernetesOptionsRanges : IValidateOptions<KubernetesOptions>;

/// <summary>Names of clusters differ, files are found again after a change of the working directory, waits are in range.</summary>
internal sealed class KubernetesOptionsRules : IValidateOptions<KubernetesOptions>
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, KubernetesOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        foreach (string twice in options.Clusters.GroupBy(cluster => cluster.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            result.AddError($"Two clusters have the name '{twice}'. Names must differ.", nameof(options.Clusters));
        }

        if (options.Clusters is [{ ServicesOnly: true }, ..])
        {
            result.AddError($"The first cluster, '{options.Clusters[0].Name}', has the WAN objects and the route rules, so more than its services must be read. Put another one first.", nameof(options.Clusters));
        }

        foreach (KubernetesClusterOptions cluster in options.Clusters.Where(cluster => cluster.Kubeconfig is { } file && !Path.IsPathRooted(file)))
        {
            result.AddError($"'{cluster.Kubeconfig}' of cluster '{cluster.Name}' is not an absolute path.", nameof(options.Clusters));
        }

        if (options.StorageDirectory is { Length: > 0 } folder && !Path.IsPathRooted(folder))
        {
            result.AddError($"'{folder}' is not an absolute path. Name one, for example /var/lib/clovisor, or none to store nothing.", nameof(options.StorageDirectory));
        }

        if (options.StartPatience < TimeSpan.Zero || options.StartPatience > LongestPatience)
        {
            result.AddError($"{options.StartPatience} is out of range; choose from 0 to {LongestPatience}.", nameof(options.StartPatience));
        }

        if (options.StatusInterval < ShortestInterval || options.StatusInterval > LongestInterval)
        {
            result.AddError($"{options.StatusInterval} is out of range; choose from {ShortestInterval} to {LongestInterval}.", nameof(options.StatusInterval));
        }

        return result.Build();
    }
}
