namespace Clovisor.Wan.Associations;

/// <summary>What happens when a link of a better tier works again.</summary>
public enum FailbackMode
{
    /// <summary>The better tier is taken at once after its hold-down. Sessions that are pinned to a link end there. The default.</summary>
    Drain,

    /// <summary>The present tier is kept for as long as it has a link that qualifies.</summary>
    Never,
}
