namespace Clovisor.Bpf.Btf;

/// <summary>Where C's own rules put members, to see what a layout needs beyond them. Alignments are those that the declarations written here have.</summary>
internal sealed class CLayout
{
    private const int DeepestNesting = 128;

    private readonly Dictionary<uint, int> _alignments = [];

    /// <summary>Whether a struct must be written packed for its members to lie where they do.</summary>
    internal bool IsPacked(BtfStruct type) => Align(type, 0) == 1;

    /// <summary>The bit where C puts a member that follows what ends at a bit.</summary>
    internal long Next(BtfMember member, long at, bool packed)
    {
        if (member.BitSize == 0)
        {
            return RoundUp(at, 8 * (packed ? 1 : Align(member.Type.Unqualified, 0)));
        }

        // A bit-field goes on where the last one ended, unless it would straddle units of its type.
        long unit = member.Size * 8L;
        return packed || unit == 0 || at % unit + member.BitSize <= unit ? at : RoundUp(at, unit);
    }

    internal int AlignmentOf(BtfType type) => Align(type.Unqualified, 0);

    internal static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;

    private int Align(BtfType type, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidOperationException($"{type} contains itself, or structs are nested more than {DeepestNesting} deep");
        }

        switch (type)
        {
            case BtfArray array:
                return Align(array.Element.Unqualified, depth + 1);
            case BtfStruct layout:
                if (!_alignments.TryGetValue(type.Id, out int alignment))
                {
                    alignment = AlignStruct(layout, depth);
                    _alignments[type.Id] = alignment;
                }

                return alignment;
            default:
                // Sizes of numbers are powers of two; anything else is as if of bytes.
                return type.Size is 2 or 4 or 8 or 16 ? type.Size : 1;
        }
    }

    private int AlignStruct(BtfStruct layout, int depth)
    {
        int largest = 1;
        foreach (BtfMember member in layout.Members)
        {
            int own = Align(member.Type.Unqualified, depth + 1);
            if (member.BitSize == 0 && member.BitOffset % (8 * own) != 0)
            {
                return 1;
            }

            if (member.BitSize > 0 && member.Size > 0 && member.BitOffset % (8L * member.Size) + member.BitSize > 8L * member.Size)
            {
                return 1;
            }

            largest = Math.Max(largest, own);
        }

        return layout.Size % largest == 0 ? largest : 1;
    }
}
