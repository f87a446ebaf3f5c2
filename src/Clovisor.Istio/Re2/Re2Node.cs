namespace Clovisor.Istio.Re2;

/// <summary>A part of a parsed expression. Immutable.</summary>
internal abstract record Re2Node
{
    /// <summary>What matches the empty text anywhere.</summary>
    public static Re2Node Empty { get; } = new Re2Sequence([]);
}

/// <summary>One byte of a set.</summary>
internal sealed record Re2Byte(ByteSet Set) : Re2Node;

/// <summary>A condition on the place between two bytes.</summary>
internal sealed record Re2Assertion(Re2Place Place) : Re2Node;

/// <summary>One part after the other.</summary>
internal sealed record Re2Sequence(IReadOnlyList<Re2Node> Items) : Re2Node;

/// <summary>One part or another; the earlier is preferred where it matters which.</summary>
internal sealed record Re2Choice(IReadOnlyList<Re2Node> Items) : Re2Node;

/// <summary>A part several times, at most <see cref="Maximum"/> times or, where that is negative, without end.</summary>
internal sealed record Re2Repeat(Re2Node Item, int Minimum, int Maximum, bool Lazy) : Re2Node;

/// <summary>A group that a substitution can name.</summary>
internal sealed record Re2Group(Re2Node Item, int Number) : Re2Node;
