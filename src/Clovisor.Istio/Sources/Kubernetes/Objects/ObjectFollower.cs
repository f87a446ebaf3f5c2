using Clovisor.Istio.Resources;
using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;

namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>Keeps the objects of one kind as they came.</summary>
internal sealed class ObjectFollower(KubernetesKind kind, WatchedKind watched, TimeProvider time, Action changed, KindStore? store) : KindFollower(watched, time, changed, store)
{
    private readonly Action _changed = changed;
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, RawObject> _objects = [];

    protected override int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Copies the objects, by namespace and name.</summary>
    public KubernetesObject[] ToArray()
    {
        lock (_lock)
        {
            return
            [
                .. _objects.Values
                    .OrderBy(static o => o.Key.Namespace, StringComparer.Ordinal)
                    .ThenBy(static o => o.Key.Name, StringComparer.Ordinal)
                    .Select(o => new KubernetesObject(kind, o.Key.Namespace, o.Key.Name, o.ResourceVersion, o.Json)),
            ];
        }
    }

    protected override void TakeUpsert(RawObject item, string apiVersion)
    {
        lock (_lock)
        {
            _objects[item.Key] = item;
        }

        _changed();
    }

    protected override void TakeDelete(RawObject item)
    {
        lock (_lock)
        {
            _objects.Remove(item.Key);
        }

        _changed();
    }

    protected override void TakeList(List<RawObject> objects, string apiVersion)
    {
        lock (_lock)
        {
            _objects.Clear();
            objects.ForEach(item => _objects[item.Key] = item);
        }

        _changed();
    }
}
