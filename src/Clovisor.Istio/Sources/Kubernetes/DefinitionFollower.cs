using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Notices that the definition of a kind is installed or becomes served, by its name <c>plural.group</c>.</summary>
internal sealed class DefinitionFollower(TimeProvider time, Action<string> installed) : KindFollower(WatchedKinds.Definitions, time, static () => { })
{
    protected override void TakeUpsert(RawObject item, string apiVersion) => installed(item.Key.Name);

    protected override void TakeDelete(RawObject item)
    {
        // The watch of the kind itself ends, and says so.
    }

    protected override void TakeList(List<RawObject> objects, string apiVersion) => objects.ForEach(item => installed(item.Key.Name));
}
