namespace Clovisor.Bpf.Btf;

/// <summary>A C struct or union as compiled.</summary>
public sealed class BtfStruct : BtfType
{
    private BtfMember[]? _members;

    internal BtfStruct(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Whether the members overlap.</summary>
    public bool IsUnion => Kind == BtfKind.Union;

    /// <summary>The members in order of declaration.</summary>
    public IReadOnlyList<BtfMember> Members => _members ??= ReadMembers();

    /// <summary>Finds a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists those there are.</exception>
    public BtfMember Member(string name) =>
        Members.FirstOrDefault(member => member.Name == name)
        ?? throw new KeyNotFoundException(
            $"{(IsUnion ? "union" : "struct")} {Name} has no member {name}. It has: {string.Join(", ", Members.Select(static member => member.Name))}.");

    /// <summary>
    /// The bytes that belong to no member, as (offset, length): what the compiler put in for alignment. A map key with such bytes
    /// misses entries whenever they are not zero. Holes inside members that are structs themselves are those structs' own.
    /// </summary>
    public IReadOnlyList<(int Offset, int Length)> Padding()
    {
        if (IsUnion)
        {
            return [];
        }

        var holes = new List<(int, int)>();
        int next = 0;
        foreach (BtfMember member in Members.OrderBy(static member => member.BitOffset))
        {
            if (member.Offset > next)
            {
                holes.Add((next, member.Offset - next));
            }

            long end = member.BitSize == 0 ? (long)member.Offset + member.Size : ((long)member.BitOffset + member.BitSize + 7) / 8;
            next = (int)Math.Max(next, Math.Min(end, int.MaxValue));
        }

        if (Size > next)
        {
            holes.Add((next, Size - next));
        }

        return holes;
    }

    private BtfMember[] ReadMembers()
    {
        // With the flag the upper byte of the offset is the width of a bit-field.
        bool hasWidths = Table.Blob.Flag(Id);
        var members = new BtfMember[Table.Blob.Length(Id)];
        for (int i = 0; i < members.Length; i++)
        {
            BtfType type = Table[Word(3 * i + 1)];
            uint place = Word(3 * i + 2);
            int bits = hasWidths ? (int)(place >> 24) : 0;
            int offset = (int)(place & (hasWidths ? 0xFFFFFFu : 0x7FFFFFFFu));
            if (!hasWidths && type.Unqualified is BtfInteger old && old.Bits > 0 && old.Bits < old.Size * 8)
            {
                // Without it an integer of fewer bits than its bytes hold says so.
                bits = old.Bits;
                offset += old.BitOffset;
            }

            members[i] = new BtfMember(Table.Blob.Text(Word(3 * i)), offset, bits, type);
        }

        return members;
    }
}
