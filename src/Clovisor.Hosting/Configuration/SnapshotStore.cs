namespace Clovisor.Hosting.Configuration;

/// <summary>Holds the snapshot in force. Readers never wait.</summary>
public sealed class SnapshotStore
{
    private volatile ClovisorSnapshot? _current;

    /// <summary>The snapshot in force; null until the first one is.</summary>
    public ClovisorSnapshot? Current => _current;

    internal void Publish(ClovisorSnapshot snapshot) => _current = snapshot;
}
