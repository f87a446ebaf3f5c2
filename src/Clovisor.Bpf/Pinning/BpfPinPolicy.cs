namespace Clovisor.Bpf.Pinning;

/// <summary>What to do when a map is to be pinned at a path where one is pinned already.</summary>
public enum BpfPinPolicy
{
    /// <summary>Use the map that is there, with its content. One of another shape is an error, and nothing is loaded.</summary>
    Reuse = 0,

    /// <summary>Use the map that is there; one of another shape is replaced, in one step and only once everything is loaded. Its content is
    /// lost to the new programs; the old map lives on while others hold it.</summary>
    ReuseOrReplace = 1,

    /// <summary>A map that is there is an error, and nothing is loaded.</summary>
    FailIfExists = 2,
}
