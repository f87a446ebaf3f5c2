using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Keeps how the reading of a kind goes. What is done with the objects is up to those who derive.</summary>
internal abstract class KindFollower(WatchedKind kind, TimeProvider time, Action changed) : IInformerSink
{
    private readonly Lock _lock = new();
    private ClusterKindStatus _status = new(kind.Name, ClusterKindState.Listing, 0, "", "");
    private DateTimeOffset _followed = time.GetUtcNow();
    private bool _listed;

    /// <summary>Gets the kind.</summary>
    public WatchedKind Kind { get; } = kind;

    /// <summary>Gets a value indicating whether the kind was read whole once, or is known to be out of reach.</summary>
    public bool IsSynced
    {
        get
        {
            lock (_lock)
            {
                return _listed || _status.State is ClusterKindState.Absent or ClusterKindState.Denied;
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
                bool stale = _status.State == ClusterKindState.Failing || (_status.State == ClusterKindState.Denied && _listed);
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

    public void Listed(List<RawObject> objects, string apiVersion)
    {
        TakeList(objects, apiVersion);
        lock (_lock)
        {
            _listed = true;
        }
    }

    public abstract void Upserted(RawObject item, string apiVersion);

    public abstract void Deleted(RawObject item);

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

    protected abstract void TakeList(List<RawObject> objects, string apiVersion);
}
