using System.Globalization;
using System.Text;

namespace Clovisor.Bpf.Btf.Layouts;

/// <summary>A C struct and a C# struct held against each other, byte by byte.</summary>
/// <remarks>
/// Fields are matched by name, letter case and underscores aside, or by place. A C# field may also cover several members of C, or none, where it
/// stands for padding. Immutable and safe to use from any thread.
/// </remarks>
public sealed class LayoutComparison
{
    private readonly List<CMember> _members;
    private readonly List<string> _differences = [];
    private readonly HashSet<int> _differingOffsets = [];

    private LayoutComparison(BtfStruct c, BpfStructLayout managed)
    {
        C = c;
        Managed = managed;
        _members = CMember.Flatten(c);
        Compare();
    }

    /// <summary>The C side.</summary>
    public BtfStruct C { get; }

    /// <summary>The C# side.</summary>
    public BpfStructLayout Managed { get; }

    /// <summary>Whether either can be read as the other.</summary>
    public bool IsEqual => _differences.Count == 0;

    /// <summary>Every difference, one sentence each.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Compares.</summary>
    /// <param name="c">The C struct.</param>
    /// <param name="managed">The layout of the C# struct.</param>
    public static LayoutComparison Compare(BtfStruct c, BpfStructLayout managed)
    {
        if (c is null || managed is null)
        {
            throw new ArgumentNullException(c is null ? nameof(c) : nameof(managed));
        }

        return new LayoutComparison(c, managed);
    }

    /// <summary>Both layouts side by side: offset, size and name of each field, holes, and a mark at what differs.</summary>
    public override string ToString()
    {
        List<(int Offset, string Text)> left = Column(_members.Select(static member => (member.Offset, member.Size, member.Text)), C.Size, C.IsUnion);
        List<(int Offset, string Text)> right = Column(
            Managed.Fields.Select(static field => (field.Offset, field.Size, field.Name.Length > 0 ? field.Name : "(bit-fields)")), Managed.Size, overlap: true);
        string leftHead = $"{C}, {C.Size} bytes";
        int width = Math.Max(leftHead.Length, left.Count == 0 ? 0 : left.Max(static row => row.Text.Length));
        var text = new StringBuilder();
        text.Append("  ").Append(leftHead.PadRight(width)).Append(" | ").Append(Managed.Name).Append(", ").Append(Managed.Size).Append(" bytes");
        foreach (int offset in left.Concat(right).Select(static row => row.Offset).Distinct().OrderBy(static offset => offset))
        {
            List<string> leftRows = [.. left.Where(row => row.Offset == offset).Select(static row => row.Text)];
            List<string> rightRows = [.. right.Where(row => row.Offset == offset).Select(static row => row.Text)];
            for (int i = 0; i < Math.Max(leftRows.Count, rightRows.Count); i++)
            {
                string leftText = i < leftRows.Count ? leftRows[i] : "";
                string rightText = i < rightRows.Count ? rightRows[i] : "";
                text.Append('\n').Append(_differingOffsets.Contains(offset) ? "! " : "  ").Append(leftText.PadRight(width)).Append(" | ").Append(rightText);
            }
        }

        return text.ToString();
    }

    private static List<(int Offset, string Text)> Column(IEnumerable<(int Offset, int Size, string Text)> fields, int size, bool overlap)
    {
        var rows = new List<(int, string)>();
        int end = 0;
        foreach ((int offset, int length, string text) in fields.OrderBy(static field => field.Offset))
        {
            if (offset > end)
            {
                rows.Add((end, Row(end, offset - end, "(padding)")));
            }

            rows.Add((offset, Row(offset, length, text)));
            end = Math.Max(end, offset + length);
        }

        if (size > end && !(overlap && end == 0))
        {
            rows.Add((end, Row(end, size - end, "(padding)")));
        }

        return rows;
    }

    private static string Row(int offset, int size, string text) =>
        string.Format(CultureInfo.InvariantCulture, "{0,5} {1,5}  {2}", offset, size, text);

    private void Compare()
    {
        if (C.Size != Managed.Size)
        {
            Differ(Math.Min(C.Size, Managed.Size), $"{C} has {C.Size} bytes, {Managed.Name} has {Managed.Size}");
        }

        foreach (CMember member in _members)
        {
            CompareMember(member);
        }

        foreach (BpfStructField field in Managed.Fields)
        {
            CompareField(field);
        }
    }

    private void CompareMember(CMember member)
    {
        BpfStructField? named = Named(member);
        if (named is { } field && !member.IsBitField)
        {
            if (field.Offset != member.Offset || field.Size != member.Size)
            {
                Differ(member.Offset, $"{member.Name} is at byte {member.Offset} and has {member.Size} in C, {field.Name} is at byte {field.Offset} and has {field.Size} in C#");
                _differingOffsets.Add(field.Offset);
            }
        }
        else if (!Managed.Fields.Any(other => other.Offset <= member.Offset && other.Offset + other.Size >= member.Offset + member.Size))
        {
            Differ(member.Offset, $"{member.Text} at byte {member.Offset} of C is in no field of C#");
        }
    }

    // A field that is not one of C's may stand for padding or for several whole members.
    private void CompareField(BpfStructField field)
    {
        if (_members.Any(member => Matches(member.Name, field.Name)))
        {
            return;
        }

        foreach (CMember member in _members.Where(static member => !member.IsBitField))
        {
            bool overlaps = member.Offset < field.Offset + field.Size && field.Offset < member.Offset + member.Size;
            bool isWhole = field.Offset <= member.Offset && member.Offset + member.Size <= field.Offset + field.Size;
            if (overlaps && !isWhole && !C.IsUnion && !InUnion(member))
            {
                Differ(field.Offset, $"{field.Name} at byte {field.Offset} of C# cuts {member.Text} at byte {member.Offset} of C in two");
            }
        }
    }

    private bool InUnion(CMember member) => _members.Any(other =>
        other != member && other.Offset < member.Offset + member.Size && member.Offset < other.Offset + other.Size);

    // Names that differ in letter case or underscores alone are told apart by their place.
    private BpfStructField? Named(CMember member)
    {
        BpfStructField? found = null;
        foreach (BpfStructField field in Managed.Fields)
        {
            if (!Matches(member.Name, field.Name))
            {
                continue;
            }

            if (IsAt(member, field))
            {
                return field;
            }

            // A field that lies where another member of that name lies is that one's.
            if (!_members.Any(other => other != member && Matches(other.Name, field.Name) && IsAt(other, field)))
            {
                found = field;
            }
        }

        return found;
    }

    private static bool IsAt(CMember member, BpfStructField field) => field.Offset == member.Offset && field.Size == member.Size;

    private static bool Matches(string c, string managed) =>
        managed.Length > 0 && string.Equals(Plain(c), Plain(managed), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit));

    private void Differ(int offset, string difference)
    {
        _differingOffsets.Add(offset);
        _differences.Add(difference);
    }

    /// <summary>A member, those of anonymous structs and unions taken for the struct's own.</summary>
    private sealed record CMember(string Name, string Text, int Offset, int Size, bool IsBitField)
    {
        private const int DeepestAnonymous = 32;

        internal static List<CMember> Flatten(BtfStruct type)
        {
            var members = new List<CMember>();
            Add(members, type, 0, 0);
            return members;
        }

        private static void Add(List<CMember> members, BtfStruct type, long start, int depth)
        {
            foreach (BtfMember member in type.Members)
            {
                long bit = start + member.BitOffset;
                if (member.BitSize > 0)
                {
                    int last = (int)((bit + member.BitSize + 7) / 8);
                    members.Add(new CMember(member.Name, $"{member.Type} {member.Name} : {member.BitSize}", (int)(bit / 8), last - (int)(bit / 8), true));
                }
                else if (member.Name.Length == 0 && member.Type.Unqualified is BtfStruct anonymous && depth < DeepestAnonymous)
                {
                    Add(members, anonymous, bit, depth + 1);
                }
                else if (member.Size > 0)
                {
                    members.Add(new CMember(member.Name, CDeclarator.Declare(member.Type, member.Name), (int)(bit / 8), member.Size, false));
                }
            }
        }
    }
}
