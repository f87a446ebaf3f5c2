using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Loading;

/// <summary>The parts of a BPF object file that are read here: section and symbol tables. 64 bit, little endian, as all our hosts.</summary>
internal sealed class ElfImage
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const ushort MachineBpf = 247;
    private const uint SymbolTable = 2;
    private const uint NoBits = 8;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Section[] _sections;

    /// <exception cref="FormatException">The bytes are no such file; the message says why.</exception>
    internal ElfImage(ReadOnlyMemory<byte> elf)
    {
        _bytes = elf;
        ReadOnlySpan<byte> bytes = elf.Span;
        if (bytes.Length < HeaderSize || !bytes[..4].SequenceEqual("\u007fELF"u8))
        {
            throw new FormatException($"it does not start as an ELF file ({bytes.Length} bytes)");
        }

        if (bytes[4] != 2 || bytes[5] != 1)
        {
            throw new FormatException("it is not a 64-bit little-endian ELF file: compile with clang -target bpf on a little-endian host, or with -target bpfel");
        }

        ushort machine = U16(18);
        if (machine != MachineBpf)
        {
            throw new FormatException($"it is compiled for machine {machine}, not for BPF ({MachineBpf}): compile with clang -target bpf");
        }

        _sections = ReadSections();
    }

    /// <summary>Where the content of a section is; null when the file has no such section.</summary>
    internal Range? Find(string name)
    {
        Section? found = Array.Find(_sections, section => section.Name == name);
        return found is null || found.Kind == NoBits ? null : found.Offset..(found.Offset + found.Size);
    }

    /// <summary>The sized symbols whose section name starts with a prefix.</summary>
    internal IEnumerable<Symbol> SymbolsIn(string sectionPrefix)
    {
        foreach (Section table in _sections)
        {
            if (table.Kind != SymbolTable || table.Link >= _sections.Length)
            {
                continue;
            }

            Section names = _sections[table.Link];
            for (int at = table.Offset; at + SymbolSize <= table.Offset + table.Size; at += SymbolSize)
            {
                int index = U16(at + 6);
                int size = Checked(U64(at + 16));
                if (index == 0 || index >= _sections.Length || size == 0)
                {
                    continue;
                }

                Section home = _sections[index];
                int offset = Checked(U64(at + 8));
                if (home.Name.StartsWith(sectionPrefix, StringComparison.Ordinal) && offset <= home.Size - size)
                {
                    yield return new Symbol(Text(names, U32(at)), home.Name, offset, size);
                }
            }
        }
    }

    private Section[] ReadSections()
    {
        int table = Checked(U64(40));
        int count = U16(60);
        int nameIndex = U16(62);
        if (U16(58) != SectionHeaderSize || (long)table + (long)count * SectionHeaderSize > _bytes.Length || nameIndex >= count)
        {
            throw new FormatException("its section table is damaged or cut off");
        }

        var sections = new Section[count];
        for (int i = 0; i < count; i++)
        {
            int at = table + i * SectionHeaderSize;
            uint kind = U32(at + 4);
            int offset = Checked(U64(at + 24));
            int size = Checked(U64(at + 32));
            if (kind != NoBits && (long)offset + size > _bytes.Length)
            {
                throw new FormatException($"section {i} reaches beyond the end of the file");
            }

            sections[i] = new Section("", kind, offset, size, Checked(U32(at + 40)), U32(at));
        }

        return Array.ConvertAll(sections, section => section with { Name = Text(sections[nameIndex], section.NameOffset) });
    }

    private string Text(Section names, uint offset)
    {
        if (names.Kind == NoBits || offset >= names.Size)
        {
            throw new FormatException("a name lies outside its string table");
        }

        ReadOnlySpan<byte> rest = _bytes.Span.Slice(names.Offset, names.Size)[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static int Checked(ulong value) =>
        value <= int.MaxValue ? (int)value : throw new FormatException($"it holds the offset or size {value}, which is too large");

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.Span[at..]);

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span[at..]);

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span[at..]);

    /// <summary>A named, sized place in a section.</summary>
    internal sealed record Symbol(string Name, string Section, int Offset, int Size);

    private sealed record Section(string Name, uint Kind, int Offset, int Size, int Link, uint NameOffset);
}
