using Clovisor.Istio.Resources;
using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>
/// The objects of one kind in one cluster, decoded, by namespace and name. One informer writes; anybody reads. An object that is listed again and
/// says the same is the same instance as before.
/// </summary>
internal sealed class KindTable(WatchedKind kind, string source)
{
    private static readonly Comparer<ObjectKey> ByName = Comparer<ObjectKey>.Create(static (a, b) =>
        string.CompareOrdinal(a.Namespace, b.Namespace) is not 0 and var order ? order : string.CompareOrdinal(a.Name, b.Name));

    private readonly Lock _lock = new();
    private SortedDictionary<ObjectKey, DecodedObject> _objects = new(ByName);

    public WatchedKind Kind { get; } = kind;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Copies the objects, in order.</summary>
    public KeyValuePair<ObjectKey, DecodedObject>[] ToArray()
    {
        lock (_lock)
        {
            return [.. _objects];
        }
    }

    /// <summary>Takes a whole list: what it lacks is gone.</summary>
    /// <returns>Whether anything changed that can matter.</returns>
    public bool Replace(IEnumerable<RawObject> list, string apiVersion)
    {
        SortedDictionary<ObjectKey, DecodedObject> before = _objects;
        var after = new SortedDictionary<ObjectKey, DecodedObject>(ByName);
        bool changed = false;
        foreach (RawObject raw in list)
        {
            DecodedObject? known = before.GetValueOrDefault(raw.Key);
            DecodedObject now = known?.ResourceVersion == raw.ResourceVersion ? known : DecodedObject.From(raw, Kind, apiVersion, source, known);
            changed |= !ReferenceEquals(known?.Result, now.Result);
            after[raw.Key] = now;
        }

        lock (_lock)
        {
            _objects = after;
        }

        return changed || after.Count != before.Count;
    }

    /// <summary>Takes one object that was created or changed.</summary>
    /// <returns>Whether anything changed that can matter.</returns>
    public bool Upsert(RawObject raw, string apiVersion)
    {
        DecodedObject? known = _objects.GetValueOrDefault(raw.Key);
        DecodedObject now = DecodedObject.From(raw, Kind, apiVersion, source, known);
        lock (_lock)
        {
            _objects[raw.Key] = now;
        }

        return !ReferenceEquals(known?.Result, now.Result);
    }

    /// <summary>Drops one object.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(ObjectKey key)
    {
        lock (_lock)
        {
            return _objects.Remove(key);
        }
    }
}
