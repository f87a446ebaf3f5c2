namespace Clovisor.Bpf.Links;

/// <summary>Where among the programs of a tcx hook a new one goes. Programs run in order, until one decides.</summary>
public sealed class TcxOrder
{
    internal const uint FlagBefore = 1 << 3;
    internal const uint FlagAfter = 1 << 4;
    internal const uint FlagLink = 1 << 13;

    private TcxOrder(uint flags, BpfLink? link)
    {
        Flags = flags;
        Link = link;
    }

    /// <summary>Before all others.</summary>
    public static TcxOrder First { get; } = new(FlagBefore, null);

    /// <summary>After all others: the default.</summary>
    public static TcxOrder Last { get; } = new(FlagAfter, null);

    internal uint Flags { get; }

    internal BpfLink? Link { get; }

    /// <summary>Directly before another attachment.</summary>
    /// <param name="link">A tcx link of the same hook.</param>
    public static TcxOrder Before(BpfLink link) => new(FlagBefore | FlagLink, Require(link));

    /// <summary>Directly after another attachment.</summary>
    /// <param name="link">A tcx link of the same hook.</param>
    public static TcxOrder After(BpfLink link) => new(FlagAfter | FlagLink, Require(link));

    private static BpfLink Require(BpfLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link;
    }
}
