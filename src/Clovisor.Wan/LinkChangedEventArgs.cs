using Clovisor.Wan.Links;

namespace Clovisor.Wan;

/// <summary>A link went from one state to another. The datapath has followed already.</summary>
public sealed class LinkChangedEventArgs : EventArgs
{
    internal LinkChangedEventArgs(string link, LinkState previous, LinkState current, string reason, DateTimeOffset at)
    {
        Link = link;
        Previous = previous;
        Current = current;
        Reason = reason;
        At = at;
    }

    /// <summary>The name of the link.</summary>
    public string Link { get; }

    /// <summary>The state before.</summary>
    public LinkState Previous { get; }

    /// <summary>The state now.</summary>
    public LinkState Current { get; }

    /// <summary>Why, in words for an operator.</summary>
    public string Reason { get; }

    /// <summary>When the engine noticed.</summary>
    public DateTimeOffset At { get; }
}
