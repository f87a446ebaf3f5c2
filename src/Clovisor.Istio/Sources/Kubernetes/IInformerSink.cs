using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>What an informer tells. All calls come one after the other.</summary>
internal interface IInformerSink
{
    /// <summary>The whole list, once it was read to its end.</summary>
    void Listed(List<RawObject> objects, string apiVersion);

    /// <summary>An object was created or changed.</summary>
    void Upserted(RawObject item, string apiVersion);

    /// <summary>An object is gone.</summary>
    void Deleted(RawObject item);

    /// <summary>How the reading goes, and up to which version of the kind.</summary>
    void StateChanged(ClusterKindState state, string resourceVersion, string reason);
}
