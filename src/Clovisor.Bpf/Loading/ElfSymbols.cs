using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Loading;

/// <summary>The functions of an ELF program or library: 64 bits, little-endian. Hostile files give an exception, never a crash.</summary>
internal sealed class ElfSymbols
{
    private const uint SymbolTable = 2, DynamicSymbols = 11;
    private const int SectionSize = 64, SymbolSize = 24, SegmentSize = 56;
    private const int Function = 2, IndirectFunction = 10;
    private readonly byte[] _file;

    internal ElfSymbols(byte[] file)
    {
        _file = file;
        if (file.Length < 64 || !file.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new FormatException("It is no ELF file of 64 bits, little-endian.");
        }
    }

    /// <summary>Where in the file a function begins; null when no table names it.</summary>
    internal long? FindFunction(string name)
    {
        try
        {
            byte[] wanted = Encoding.UTF8.GetBytes(name + '\0');
            long sections = Long(40);
            for (int i = 0; i < Short(60); i++)
            {
                long section = checked(sections + (long)i * SectionSize);
                if (Int(section + 4) is SymbolTable or DynamicSymbols && FindIn(section, sections, wanted) is { } address)
                {
                    return ToFileOffset(address);
                }
            }

            return null;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new FormatException("The ELF file is damaged: a table lies outside of it.", e);
        }
    }

    private long? FindIn(long section, long sections, ReadOnlySpan<byte> wanted)
    {
        (long offset, long size) = (Long(section + 24), Long(section + 32));
        long names = Long(checked(sections + (long)Int(section + 40) * SectionSize + 24));
        for (long at = offset; at <= checked(offset + size - SymbolSize); at += SymbolSize)
        {
            byte kind = (byte)(_file[(int)at + 4] & 0xF);
            bool defined = Short(at + 6) != 0;
            if (defined && kind is Function or IndirectFunction && Slice(checked(names + Int(at))).StartsWith(wanted))
            {
                return Long(at + 8);
            }
        }

        return null;
    }

    // A probe is set in the file, a symbol names an address: the segment that holds it says where it lies.
    private long ToFileOffset(long address)
    {
        long segments = Long(32);
        for (int i = 0; i < Short(56); i++)
        {
            long segment = checked(segments + (long)i * SegmentSize);
            const uint Load = 1;
            (long offset, long start, long size) = (Long(segment + 8), Long(segment + 16), Long(segment + 40));
            if (Int(segment) == Load && address >= start && address - start < size)
            {
                return address - start + offset;
            }
        }

        return address;
    }

    private Span<byte> Slice(long at) => _file.AsSpan(checked((int)at));

    private ushort Short(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at));

    private uint Int(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at));

    private long Long(long at) => BinaryPrimitives.ReadInt64LittleEndian(Slice(at));
}
