namespace Clovisor.Bpf.Maps;

/// <summary>What an update demands of the key.</summary>
public enum BpfUpdateMode
{
    /// <summary>Insert or replace.</summary>
    Any = 0,

    /// <summary>The key must not exist.</summary>
    NotExisting = 1,

    /// <summary>The key must exist.</summary>
    Existing = 2,
}
