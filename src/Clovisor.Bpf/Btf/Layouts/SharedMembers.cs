namespace Clovisor.Bpf.Btf.Layouts;

/// <summary>
/// Compares two C types of one size by what both know: a member of one name must stand at the same place and hold the same. A member that was renamed, or
/// that only one of them has, says nothing: bytes that were reserved become a member, and both versions go on working.
/// </summary>
internal static class SharedMembers
{
    // Deeper nesting is damaged BTF.
    private const int MostLevels = 32;

    /// <summary>The differences, each with both sides; empty when there are none that can be known.</summary>
    /// <param name="what">What it is of: the key, the value.</param>
    /// <param name="wanted">The type in the object file.</param>
    /// <param name="existing">The type of the map that exists.</param>
    internal static List<string> Differences(string what, BtfType wanted, BtfType existing)
    {
        var differences = new List<string>();
        Compare(what, wanted.Unqualified, existing.Unqualified, differences, 0);
        return differences;
    }

    private static void Compare(string path, BtfType wanted, BtfType existing, List<string> differences, int level)
    {
        if (level > MostLevels)
        {
            return;
        }

        switch (wanted, existing)
        {
            case (BtfStruct one, BtfStruct other):
                CompareMembers(path, one, other, differences, level);
                break;
            case (BtfArray one, BtfArray other) when one.Length == other.Length:
                Compare($"{path}[]", one.Element.Unqualified, other.Element.Unqualified, differences, level + 1);
                break;
            case (BtfFloat, BtfInteger) or (BtfInteger, BtfFloat):
            case (BtfInteger or BtfFloat or BtfPointer or BtfEnumeration, _) when wanted.Size != existing.Size:
                differences.Add($"{path} is {wanted} ({wanted.Size} B) in the object file, {existing} ({existing.Size} B) in the existing map");
                break;
        }
    }

    private static void CompareMembers(string path, BtfStruct wanted, BtfStruct existing, List<string> differences, int level)
    {
        List<BtfMember> known = [.. Named(existing, 0, level)];
        foreach (BtfMember member in Named(wanted, 0, level))
        {
            if (known.Find(other => other.Name == member.Name) is not { } same)
            {
                continue;
            }

            if (member.BitOffset != same.BitOffset || member.BitSize != same.BitSize)
            {
                differences.Add($"{path}.{member.Name} is at {Place(member)} in the object file, at {Place(same)} in the existing map");
            }
            else
            {
                Compare($"{path}.{member.Name}", member.Type.Unqualified, same.Type.Unqualified, differences, level + 1);
            }
        }
    }

    // C speaks of the members of anonymous structs and unions as if they were the outer one's.
    private static IEnumerable<BtfMember> Named(BtfStruct outer, int bits, int level)
    {
        foreach (BtfMember member in outer.Members)
        {
            if (member.Name.Length > 0)
            {
                yield return member with { BitOffset = bits + member.BitOffset };
            }
            else if (member.Type.Unqualified is BtfStruct inner && level < MostLevels)
            {
                foreach (BtfMember nested in Named(inner, bits + member.BitOffset, level + 1))
                {
                    yield return nested;
                }
            }
        }
    }

    private static string Place(BtfMember member) =>
        member.BitSize == 0 ? $"offset {member.Offset}" : $"bits {member.BitOffset} to {member.BitOffset + member.BitSize - 1}";
}
