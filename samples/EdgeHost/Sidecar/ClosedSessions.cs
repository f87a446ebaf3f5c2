namespace Clovisor.EdgeHost.Sidecar;

/// <summary>
/// Connections that were closed and of which the agent is not told yet: their last packets are still under way and need the session.
/// Safe for concurrent use.
/// </summary>
/// <param name="linger">How long a session is kept after its connection was closed.</param>
internal sealed class ClosedSessions(TimeSpan linger, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Source, string Destination), long> _closedAt = [];

    public void Add(string source, string destination)
    {
        lock (_lock)
        {
            _closedAt[(source, destination)] = time.GetTimestamp();
        }
    }

    /// <summary>The same tuple is in use again: what was to be forgotten must stay.</summary>
    public void Revive(string source, string destination)
    {
        lock (_lock)
        {
            _closedAt.Remove((source, destination));
        }
    }

    /// <summary>Those whose time is over; each is given once.</summary>
    public IReadOnlyList<(string Source, string Destination)> TakeDue()
    {
        lock (_lock)
        {
            (string, string)[] due = [.. _closedAt.Where(c => time.GetElapsedTime(c.Value) >= linger).Select(c => c.Key)];
            foreach ((string, string) tuple in due)
            {
                _closedAt.Remove(tuple);
            }

            return due;
        }
    }
}
