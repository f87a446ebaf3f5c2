using System.Net;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>One pool for every distinct value of the request fields that the rules look at. Safe for concurrent use.</summary>
internal sealed class UpstreamPools(IConnectionClassifier classifier, UpstreamConnector connector, PoolLimits limits, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UpstreamPool> _pools = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _pools.Count;
            }
        }
    }

    /// <summary>The pool for a request under the rules in force now. Give it back with <see cref="Return"/>.</summary>
    public UpstreamPool Rent(RequestHead head, IPEndPoint destination)
    {
        (Agent.RuleFields fields, RuleGeneration generation) = classifier.Rules;
        string key = PoolKey.Of(head, destination, fields, generation);
        lock (_lock)
        {
            if (!_pools.TryGetValue(key, out UpstreamPool? pool))
            {
                _pools[key] = pool = new UpstreamPool(destination, generation, connector, limits);
            }

            pool.Active++;
            return pool;
        }
    }

    public void Return(UpstreamPool pool)
    {
        lock (_lock)
        {
            pool.Active--;
            pool.IdleSince = time.GetTimestamp();
        }
    }

    /// <summary>Closes pools of rules that are no longer in force, pools nobody uses, and those beyond the limit. Requests under way end undisturbed.</summary>
    public void Sweep()
    {
        RuleGeneration current = classifier.Rules.Generation;
        var closed = new List<UpstreamPool>();
        lock (_lock)
        {
            int excess = _pools.Count - limits.MaxPools;
            foreach ((string key, UpstreamPool pool) in _pools.Where(p => p.Value.Active == 0).OrderBy(p => p.Value.IdleSince).ToList())
            {
                if (excess-- > 0 || pool.Generation != current || time.GetElapsedTime(pool.IdleSince) > limits.IdleTimeout)
                {
                    _pools.Remove(key);
                    closed.Add(pool);
                }
            }
        }

        closed.ForEach(p => p.Dispose());
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            Sweep();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (UpstreamPool pool in _pools.Values)
            {
                pool.Dispose();
            }

            _pools.Clear();
        }
    }
}
