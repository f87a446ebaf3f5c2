namespace Clovisor.Hosting.Configuration;

/// <summary>Holds the snapshot in force. Readers never wait.</summary>
/// <param name="time">The clock; null for the system's.</param>
public sealed class SnapshotStore(TimeProvider? time = null)
{
    private volatile Published? _published;

    /// <summary>The snapshot in force; null until the first one is.</summary>
    public ClovisorSnapshot? Current => _published?.Snapshot;

    /// <summary>Since when it has been in force; null until the first one is.</summary>
    public DateTimeOffset? InForceSince => _published?.At;

    internal void Publish(ClovisorSnapshot snapshot) => _published = new Published(snapshot, (time ?? TimeProvider.System).GetUtcNow());

    private sealed record Published(ClovisorSnapshot Snapshot, DateTimeOffset At);
}
