namespace Clovisor.Bpf.Btf;

/// <summary>A C struct or union as compiled.</summary>
/// <param name="Name">The tag; empty for an anonymous one.</param>
/// <param name="Size">Size in bytes, with padding.</param>
/// <param name="IsUnion">Whether the members overlap.</param>
/// <param name="Members">The members in order of declaration.</param>
public sealed record BtfStruct(string Name, int Size, bool IsUnion, IReadOnlyList<BtfMember> Members)
{
    /// <summary>Finds a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists those there are.</exception>
    public BtfMember Member(string name) =>
        Members.FirstOrDefault(member => member.Name == name)
        ?? throw new KeyNotFoundException(
            $"{(IsUnion ? "union" : "struct")} {Name} has no member {name}. It has: {string.Join(", ", Members.Select(static member => member.Name))}.");

    /// <summary>
    /// The bytes that belong to no member, as (offset, length): what the compiler put in for alignment. A map key with such bytes
    /// misses entries whenever they are not zero.
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

            int end = member.BitSize == 0 ? member.Offset + member.Size : (member.BitOffset + member.BitSize + 7) / 8;
            next = Math.Max(next, end);
        }

        if (Size > next)
        {
            holes.Add((next, Size - next));
        }

        return holes;
    }
}
