using System.Buffers.Binary;

namespace Clovisor.Bpf.Btf;

/// <summary>Where a function begins.</summary>
/// <param name="Section">The section of the object.</param>
/// <param name="Instruction">Its first instruction, counted from the start of the section in units of 8 bytes.</param>
/// <param name="Function">The function.</param>
public readonly record struct BtfFunctionInfo(string Section, int Instruction, BtfFunction Function);

/// <summary>Which line of C an instruction comes from.</summary>
/// <param name="Section">The section of the object.</param>
/// <param name="Instruction">The first instruction of the line, counted from the start of the section in units of 8 bytes.</param>
/// <param name="File">The source file as the compiler was given it.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1; 0 when unknown.</param>
/// <param name="Text">The line itself.</param>
public readonly record struct BtfLineInfo(string Section, int Instruction, string File, int Line, int Column, string Text);

/// <summary>A place that is adapted to the kernel's types when the object is loaded.</summary>
/// <param name="Section">The section of the object.</param>
/// <param name="Instruction">The instruction, counted from the start of the section in units of 8 bytes.</param>
/// <param name="Type">The type as the program knows it.</param>
/// <param name="Access">The path to the member by indices, <c>0:3:1</c>.</param>
/// <param name="Kind">What is asked of it, by the numbers of <c>enum bpf_core_relo_kind</c>: 0 is the offset of a member.</param>
public readonly record struct BtfRelocation(string Section, int Instruction, BtfType Type, string Access, int Kind);

/// <summary>What an object says about its instructions: the section <c>.BTF.ext</c>. Immutable and safe to use from any thread.</summary>
public sealed class BtfExtension
{
    private const ushort Magic = 0xEB9F;
    private const int SmallestHeader = 24;
    private const int InstructionSize = 8;

    private BtfExtension(List<BtfFunctionInfo> functions, List<BtfLineInfo> lines, List<BtfRelocation> relocations)
    {
        Functions = functions;
        Lines = lines;
        Relocations = relocations;
    }

    /// <summary>The functions, in order of sections and instructions.</summary>
    public IReadOnlyList<BtfFunctionInfo> Functions { get; }

    /// <summary>The lines, in order of sections and instructions.</summary>
    public IReadOnlyList<BtfLineInfo> Lines { get; }

    /// <summary>The places that are adapted to the kernel, in order of sections and instructions.</summary>
    public IReadOnlyList<BtfRelocation> Relocations { get; }

    /// <summary>Reads a section <c>.BTF.ext</c>.</summary>
    /// <param name="blob">The section's bytes; not kept.</param>
    /// <param name="types">The types of the same object, from its section <c>.BTF</c>.</param>
    /// <exception cref="FormatException">It is not valid, or does not belong to these types; the message says why.</exception>
    public static BtfExtension Parse(ReadOnlySpan<byte> blob, BtfTypeTable types)
    {
        if (types is null)
        {
            throw new ArgumentNullException(nameof(types));
        }

        if (blob.Length < SmallestHeader || BinaryPrimitives.ReadUInt16LittleEndian(blob) != Magic)
        {
            throw new FormatException("it does not start as little-endian BTF");
        }

        uint header = At(blob, 4);
        var functions = new List<BtfFunctionInfo>();
        foreach ((string section, int at) in Records(blob, types, header, At(blob, 8), At(blob, 12), smallest: 8))
        {
            if (Type(types, At(blob, at + 4)) is not BtfFunction function)
            {
                throw new FormatException($"the function at instruction {At(blob, at) / InstructionSize} of {section} is no function");
            }

            functions.Add(new BtfFunctionInfo(section, Instruction(blob, at), function));
        }

        var lines = new List<BtfLineInfo>();
        foreach ((string section, int at) in Records(blob, types, header, At(blob, 16), At(blob, 20), smallest: 16))
        {
            uint place = At(blob, at + 12);
            lines.Add(new BtfLineInfo(
                section, Instruction(blob, at), types.Blob.Text(At(blob, at + 4)), (int)(place >> 10), (int)(place & 0x3FF), types.Blob.Text(At(blob, at + 8))));
        }

        var relocations = new List<BtfRelocation>();
        if (header >= 32 && blob.Length >= 32)
        {
            foreach ((string section, int at) in Records(blob, types, header, At(blob, 24), At(blob, 28), smallest: 16))
            {
                relocations.Add(new BtfRelocation(
                    section, Instruction(blob, at), Type(types, At(blob, at + 4)), types.Blob.Text(At(blob, at + 8)), unchecked((int)At(blob, at + 12))));
            }
        }

        return new BtfExtension(functions, lines, relocations);
    }

    /// <summary>The line that an instruction comes from.</summary>
    /// <param name="section">The section of the object.</param>
    /// <param name="instruction">The instruction, counted from the start of the section in units of 8 bytes.</param>
    /// <returns>The last line that begins at or before it; null when the section has none.</returns>
    public BtfLineInfo? LineOf(string section, int instruction)
    {
        BtfLineInfo? found = null;
        foreach (BtfLineInfo line in Lines)
        {
            if (line.Section == section && line.Instruction <= instruction && (found is null || line.Instruction >= found.Value.Instruction))
            {
                found = line;
            }
        }

        return found;
    }

    // The size of a record, then for each section its name, a count, and the records. All of it is checked before anything is kept.
    private static List<(string Section, int At)> Records(ReadOnlySpan<byte> blob, BtfTypeTable types, uint header, uint offset, uint length, uint smallest)
    {
        var records = new List<(string, int)>();
        if (length == 0)
        {
            return records;
        }

        ulong start = (ulong)header + offset;
        ulong end = start + length;
        if (end > (ulong)blob.Length || length < sizeof(uint))
        {
            throw new FormatException("its header points beyond the end");
        }

        uint size = At(blob, (int)start);
        if (size < smallest || size % sizeof(uint) != 0)
        {
            throw new FormatException($"its records have {size} bytes, and at least {smallest} are needed");
        }

        ulong at = start + sizeof(uint);
        while (at < end)
        {
            if (end - at < 2 * sizeof(uint))
            {
                throw new FormatException("a section's head is cut off");
            }

            string section = types.Blob.Text(At(blob, (int)at));
            uint count = At(blob, (int)at + sizeof(uint));
            at += 2 * sizeof(uint);
            if (count > (end - at) / size)
            {
                throw new FormatException($"{section} says {count} records, more than are left");
            }

            for (uint i = 0; i < count; i++, at += size)
            {
                records.Add((section, (int)at));
            }
        }

        return records;
    }

    private static int Instruction(ReadOnlySpan<byte> blob, int at) => (int)(At(blob, at) / InstructionSize);

    private static BtfType Type(BtfTypeTable types, uint id) =>
        id < types.Count ? types[id] : throw new FormatException($"it refers to type {id}, and there are {types.Count}");

    private static uint At(ReadOnlySpan<byte> blob, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice(offset));
}
