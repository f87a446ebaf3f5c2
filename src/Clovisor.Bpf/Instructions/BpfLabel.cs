namespace Clovisor.Bpf.Instructions;

/// <summary>A place that jumps and calls go to, made by <see cref="BpfAssembler.DefineLabel"/>.</summary>
public readonly struct BpfLabel : IEquatable<BpfLabel>
{
    private readonly int _number;

    internal BpfLabel(BpfAssembler owner, int index)
    {
        Owner = owner;
        _number = index + 1;
    }

    internal BpfAssembler? Owner { get; }

    internal int Index => _number - 1;

    /// <inheritdoc/>
    public bool Equals(BpfLabel other) => Owner == other.Owner && _number == other._number;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BpfLabel other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Owner, _number);

    /// <summary>Whether two labels are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(BpfLabel left, BpfLabel right) => left.Equals(right);

    /// <summary>Whether two labels differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(BpfLabel left, BpfLabel right) => !left.Equals(right);
}
