using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Naming;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>Turns a C struct or union into fields at explicit offsets. Members of anonymous structs and unions become its own, as in C.</summary>
internal sealed class StructMapper(TypeMapper types, Action<string, string, string> leftOut)
{
    private const int DeepestAnonymous = 32;

    internal StructModel Map(BtfStruct layout, string name)
    {
        var build = new Build(layout, name);
        Add(build, layout, 0, 0);
        return new StructModel(
            name,
            $"{(layout.IsUnion ? "union" : "struct")}{(layout.Name.Length > 0 ? " " + layout.Name : "")}",
            layout.Name,
            layout.Size,
            build.IsPacked,
            build.Fields.ToEquatable(),
            build.BitFields.ToEquatable(),
            build.LeftOut.ToEquatable());
    }

    private void Add(Build build, BtfStruct layout, long start, int depth)
    {
        foreach (BtfMember member in layout.Members)
        {
            long offset = start + member.BitOffset;
            if (member.BitSize > 0)
            {
                AddBitField(build, member, offset);
            }
            else if (member.Name.Length == 0 && member.Type.Unqualified is BtfStruct anonymous && depth < DeepestAnonymous)
            {
                Add(build, anonymous, offset, depth + 1);
            }
            else
            {
                AddField(build, member, offset);
            }
        }
    }

    private void AddField(Build build, BtfMember member, long offset)
    {
        string declaration = CDeclarator.Declare(member.Type, member.Name);
        string wanted = CSharpName.Pascal(member.Name);
        if (offset % 8 != 0 || offset / 8 + member.Size > build.Layout.Size)
        {
            Skip(build, declaration, "it does not lie inside its struct");
            return;
        }

        if (member.Size == 0)
        {
            Skip(build, declaration, "it has no size of its own: read what follows the struct by its bytes");
            return;
        }

        string? type = types.Map(member.Type, build.Name + wanted);
        if (type is null)
        {
            Skip(build, declaration, "C# has no type for it");
            return;
        }

        int at = (int)(offset / 8);
        build.Align(at, Alignment(member.Type));
        build.Fields.Add(new FieldModel(build.Names.Take(wanted), member.Name, type, at, member.Size, declaration));
    }

    private void AddBitField(Build build, BtfMember member, long offset)
    {
        if (member.Name.Length == 0)
        {
            return; // padding
        }

        string declaration = $"{CDeclarator.Declare(member.Type, member.Name)} : {member.BitSize}";
        if (build.Storage(offset, member.BitSize, member.Size) is not { } storage)
        {
            Skip(build, declaration, "no number of C# covers its bits");
            return;
        }

        BtfType type = member.Type.Unqualified;
        string? clr = types.Map(member.Type, build.Name + CSharpName.Pascal(member.Name));
        if (clr is null or "global::System.Int128" or "global::System.UInt128")
        {
            Skip(build, declaration, "C# has no type for it");
            return;
        }

        build.BitFields.Add(new BitFieldModel(
            build.Names.Take(CSharpName.Pascal(member.Name)), clr, storage.Field, storage.Type, storage.Shift, member.BitSize,
            type is BtfInteger { IsSigned: true } || type is BtfEnumeration { IsSigned: true }, declaration));
    }

    private void Skip(Build build, string declaration, string reason)
    {
        build.LeftOut.Add(declaration);
        leftOut($"'{declaration}'", build.Name, reason);
    }

    // What the runtime aligns the C# type to: structs that are packed in C are so in C#.
    private static int Alignment(BtfType type)
    {
        type = type.Unqualified;
        while (type is BtfArray array)
        {
            type = array.Element.Unqualified;
        }

        if (type is not BtfStruct layout)
        {
            return type.Size is 2 or 4 or 8 or 16 ? type.Size : 1;
        }

        try
        {
            return new CLayout().AlignmentOf(layout);
        }
        catch (InvalidOperationException e)
        {
            // Only damaged BTF says that a struct contains itself: the file is at fault, not the generator.
            throw new InvalidDataException(e.Message, e);
        }
    }

    private sealed class Build(BtfStruct layout, string name)
    {
        private readonly Dictionary<(int At, int Size), string> _storage = [];

        internal BtfStruct Layout { get; } = layout;

        internal string Name { get; } = name;

        internal NameScope Names { get; } = new(name);

        internal List<FieldModel> Fields { get; } = [];

        internal List<BitFieldModel> BitFields { get; } = [];

        internal List<string> LeftOut { get; } = [];

        internal bool IsPacked { get; private set; }

        internal void Align(int at, int alignment) => IsPacked |= at % alignment != 0 || Layout.Size % alignment != 0;

        // The unit of the declared type where it covers the bits; otherwise the smallest one that does, wherever it starts.
        internal (string Field, string Type, int Shift)? Storage(long bit, int width, int declared)
        {
            int[] sizes = [declared, 1, 2, 4, 8];
            foreach (int size in sizes)
            {
                if (TypeMapper.Unsigned(size) is not { } type)
                {
                    continue;
                }

                long aligned = bit / (8 * size) * size;
                long first = bit / 8;
                long last = Math.Min(first, Layout.Size - size);
                foreach (long at in (long[])[aligned, last])
                {
                    if (at >= 0 && at + size <= Layout.Size && bit >= at * 8 && bit + width <= (at + size) * 8)
                    {
                        return (StorageField((int)at, size, type), type, (int)(bit - at * 8));
                    }
                }
            }

            return null;
        }

        private string StorageField(int at, int size, string type)
        {
            if (!_storage.TryGetValue((at, size), out string? field))
            {
                field = Names.Take($"_bits{at}{(_storage.Keys.Any(key => key.At == at) ? $"Of{size}" : "")}");
                _storage[(at, size)] = field;
                Fields.Add(new FieldModel(field, "", type, at, size, null));
                Align(at, size);
            }

            return field;
        }
    }
}
