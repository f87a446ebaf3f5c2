using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Keeps the objects of a kind that is a part of the mesh.</summary>
internal sealed class TableFollower(WatchedKind kind, string source, TimeProvider time, Action stateChanged, Action objectsChanged) : KindFollower(kind, time, stateChanged)
{
    /// <summary>Gets the objects.</summary>
    public KindTable Table { get; } = new(kind, source);

    protected override int Count => Table.Count;

    public override void Upserted(RawObject item, string apiVersion) => Report(Table.Upsert(item, apiVersion));

    public override void Deleted(RawObject item) => Report(Table.Remove(item.Key));

    protected override void TakeList(List<RawObject> objects, string apiVersion) => Report(Table.Replace(objects, apiVersion));

    private void Report(bool changed)
    {
        if (changed)
        {
            objectsChanged();
        }
    }
}
