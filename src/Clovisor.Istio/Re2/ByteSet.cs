using System.Runtime.InteropServices;

namespace Clovisor.Istio.Re2;

/// <summary>A set of bytes: what a character class means to Envoy, whose expressions see text byte by byte.</summary>
internal sealed class ByteSet : IEquatable<ByteSet>
{
    private readonly bool[] _members = new bool[256];

    public static ByteSet All => new ByteSet().Add(0, 255);

    public static ByteSet AllButNewline => new ByteSet().Add('\n', '\n').Negate();

    /// <summary>Gets the only member, or -1 where there are more or none.</summary>
    public int Single
    {
        get
        {
            int first = Array.IndexOf(_members, true);
            return first >= 0 && Array.IndexOf(_members, true, first + 1) < 0 ? first : -1;
        }
    }

    public bool Contains(int value) => _members[value];

    public ByteSet Add(int low, int high)
    {
        _members.AsSpan(low, high - low + 1).Fill(true);
        return this;
    }

    public ByteSet Add(ByteSet other)
    {
        for (int i = 0; i < _members.Length; i++)
        {
            _members[i] |= other._members[i];
        }

        return this;
    }

    public ByteSet Negate()
    {
        for (int i = 0; i < _members.Length; i++)
        {
            _members[i] = !_members[i];
        }

        return this;
    }

    /// <summary>Adds what differs from a member by case alone: ASCII letters, and the letters of Latin-1 that have both cases there.</summary>
    public ByteSet Fold()
    {
        for (int lower = 'a'; lower <= 0xFE; lower++)
        {
            bool paired = lower is <= 'z' or (>= 0xE0 and not 0xF7);
            if (paired && (_members[lower] || _members[lower - 0x20]))
            {
                _members[lower] = _members[lower - 0x20] = true;
            }
        }

        return this;
    }

    public bool Equals(ByteSet? other) => other is not null && _members.AsSpan().SequenceEqual(other._members);

    public override bool Equals(object? obj) => Equals(obj as ByteSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(_members.AsSpan()));
        return hash.ToHashCode();
    }
}
