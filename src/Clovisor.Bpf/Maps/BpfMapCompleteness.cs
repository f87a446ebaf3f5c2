namespace Clovisor.Bpf.Maps;

/// <summary>What a walk over a changing map can promise.</summary>
public enum BpfMapCompleteness
{
    /// <summary>Every entry that was there from the beginning to the end was seen. Entries that came or went meanwhile may be in or out.</summary>
    Complete = 0,

    /// <summary>The kernel started over because the key to go on from vanished. Each key is given once, and nothing is known to be missing.</summary>
    Restarted = 1,

    /// <summary>The walk was given up, because the map changed faster than it could be walked. Entries are missing.</summary>
    Truncated = 2,
}
