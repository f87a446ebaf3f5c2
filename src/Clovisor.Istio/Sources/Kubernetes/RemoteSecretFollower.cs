using System.Text;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Reads kubeconfigs of further clusters from the remote secrets of a mesh: each key of a secret is a cluster's name.</summary>
internal sealed class RemoteSecretFollower(string rootNamespace, TimeProvider time, Action stateChanged, Action<IReadOnlyDictionary<string, string>> clustersChanged)
    : KindFollower(WatchedKinds.RemoteSecrets(rootNamespace), time, stateChanged)
{
    private readonly SortedDictionary<string, Dictionary<string, string>> _secrets = new(StringComparer.Ordinal);

    protected override int Count => _secrets.Count;

    protected override void TakeUpsert(RawObject item, string apiVersion)
    {
        _secrets[item.Key.Name] = KubeconfigsOf(item);
        Report();
    }

    protected override void TakeDelete(RawObject item)
    {
        _secrets.Remove(item.Key.Name);
        Report();
    }

    protected override void TakeList(List<RawObject> objects, string apiVersion)
    {
        _secrets.Clear();
        foreach (RawObject item in objects)
        {
            _secrets[item.Key.Name] = KubeconfigsOf(item);
        }

        Report();
    }

    private static Dictionary<string, string> KubeconfigsOf(RawObject secret)
    {
        var clusters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (YamlField field in JsonTree.Read(secret.Json.Span).Find("data")?.Fields ?? [])
        {
            byte[] bytes = new byte[field.Value.Text.Length];
            clusters[field.Name] = Convert.TryFromBase64String(field.Value.Text, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        }

        return clusters;
    }

    // A cluster that two secrets name belongs to the first of them by name.
    private void Report()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string cluster, string kubeconfig) in _secrets.Values.SelectMany(static clusters => clusters))
        {
            all.TryAdd(cluster, kubeconfig);
        }

        clustersChanged(all);
    }
}
