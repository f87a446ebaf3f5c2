using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Keeps the objects of a kind that is a part of the mesh.</summary>
internal sealed class TableFollower(WatchedKind kind, string source, TimeProvider time, Action stateChanged, Action objectsChanged, KindStore? store)
    : KindFollower(kind, time, stateChanged, store)
{
    /// <summary>Gets the objects.</summary>
    public KindTable Table { get; } = new(kind, source);

    protected override int Count => Table.Count;

    protected override void TakeUpsert(RawObject item, string apiVersion) => Report(Table.Upsert(item, apiVersion));

    protected override void TakeDelete(RawObject item) => Report(Table.Remove(item.Key));

    protected override void TakeList(List<RawObject> objects, string apiVersion) => Report(Table.Replace(objects, apiVersion));

    private void Report(bool changed)
    {
        if (changed)
        {
            objectsChanged();
        }
    }
}
