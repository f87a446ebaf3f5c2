using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Keeps how the reading of a kind goes. What is done with the objects is up to those who derive.</summary>
internal abstract class KindFollower(WatchedKind kind, TimeProvider time, Action changed, KindStore? store = null) : IInformerSink
{
    private readonly Lock _lock = new();
    private ClusterKindStatus _status = new(kind.Name, ClusterKindState.Listing, 0, "", "");
    private DateTimeOffset _followed = time.GetUtcNow();
    private bool _listed;
    private bool _restored;

    /// <summary>Gets the kind.</summary>
    public WatchedKind Kind { get; } = kind;

    /// <summary>Gets a value indicating whether the kind was read whole once, or the cluster does not have it.</summary>
    public bool IsSynced
    {
        get
        {
            lock (_lock)
            {
                return _listed || _status.State is ClusterKindState.Absent;
            }
        }
    }

    /// <summary>Gets a value indicating whether waiting longer for the kind is of no use: it was read whole once, is not there, or is denied.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                return _listed || _status.State is ClusterKindState.Absent or ClusterKindState.Denied;
            }
        }
    }

    /// <summary>Gets a value indicating whether what an earlier process stored stands for what the cluster has not told yet.</summary>
    public bool IsRestored
    {
        get
        {
            lock (_lock)
            {
                return !_listed && (_status.State == ClusterKindState.Denied ? _restored : _status.State != ClusterKindState.Absent);
            }
        }
    }

    /// <summary>Gets when the kind was followed last and why it is not now, or null while it is, or never was allowed to be.</summary>
    public (DateTimeOffset Since, string Reason)? Stale
    {
        get
        {
            lock (_lock)
            {
                bool stale = _status.State == ClusterKindState.Failing || (_status.State == ClusterKindState.Denied && (_listed || _restored));
                return stale ? (_followed, $"{_status.Kind}: {_status.Reason}") : null;
            }
        }
    }

    /// <summary>Gets the number of objects.</summary>
    protected virtual int Count => 0;

    /// <summary>Gets how it goes.</summary>
    public ClusterKindStatus Status
    {
        get
        {
            lock (_lock)
            {
                return _status with { Objects = Count };
            }
        }
    }

    /// <summary>Takes what an earlier process stored, as long as nothing newer is known. Call before the informer starts.</summary>
    public void Restore()
    {
        if (store?.Read() is { } stored)
        {
            TakeList(stored.Objects, stored.ApiVersion);
            lock (_lock)
            {
                _restored = true;
                _followed = stored.Written;
            }
        }
    }

    public void Listed(List<RawObject> objects, string apiVersion)
    {
        TakeList(objects, apiVersion);
        store?.Replace(objects, apiVersion);
        lock (_lock)
        {
            _listed = true;
        }
    }

    public void Upserted(RawObject item, string apiVersion)
    {
        TakeUpsert(item, apiVersion);
        store?.Upsert(item, apiVersion);
    }

    public void Deleted(RawObject item)
    {
        TakeDelete(item);
        store?.Delete(item.Key);
    }

    public void StateChanged(ClusterKindState state, string resourceVersion, string reason)
    {
        bool news;
        lock (_lock)
        {
            if (_status.State == ClusterKindState.Watching || state == ClusterKindState.Watching)
            {
                _followed = time.GetUtcNow();
            }

            news = _status.State != state || _status.Reason != reason;
            _status = _status with { State = state, ResourceVersion = resourceVersion, Reason = reason };
        }

        if (news)
        {
            changed();
        }
    }

    protected abstract void TakeUpsert(RawObject item, string apiVersion);

    protected abstract void TakeDelete(RawObject item);

    protected abstract void TakeList(List<RawObject> objects, string apiVersion);
}
