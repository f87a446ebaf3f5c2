using System.Buffers.Binary;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Loading;

/// <summary>Objects with damaged BTF are refused before libbpf sees them: some of its versions follow a wrong reference and end the process.</summary>
public sealed class DamagedObjectTests
{
    private const int BtfHeaderBytes = 24;
    private const uint DataSection = 15;

    [Fact]
    public void A_variable_of_a_type_that_is_not_there_is_refused()
    {
        byte[] elf = [.. BpfCompiler.Compile(TestPrograms.Counter)];
        int section = FindDataSection(elf);
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(section + 12), 0x00FFFFFF);
        BpfException refused = Assert.Throws<BpfException>(() => BpfObjectFile.Open(elf, "damaged.bpf.o"));
        Assert.Contains("refers to type 16777215", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_that_lists_more_than_is_there_is_refused()
    {
        byte[] elf = [.. BpfCompiler.Compile(TestPrograms.Counter)];
        int section = FindDataSection(elf);
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(section + 4), (DataSection << 24) | 0xFFFF);
        Assert.Throws<BpfException>(() => BpfObjectFile.Open(elf, "damaged.bpf.o"));
    }

    [Fact]
    public void Global_variables_larger_than_memory_are_refused_and_not_read()
    {
        using BpfObjectFile file = TestPrograms.Open("char huge[300 << 20]; SEC(\"tc\") int use(struct __sk_buff *skb) { return huge[skb->len & 1023]; }");
        BpfException refused = Assert.Throws<BpfException>(() => file.Maps.Single(static map => map.Section == ".bss").InitialValue.Length);
        Assert.Equal("EFBIG", refused.ErrnoName);
        Assert.Contains("The section says 314572800 bytes", refused.Message, StringComparison.Ordinal);
    }

    // The first record of that kind; records of our own program are walked over by their lengths.
    private static int FindDataSection(byte[] elf)
    {
        int at = elf.AsSpan().IndexOf(new byte[] { 0x9F, 0xEB, 1, 0, BtfHeaderBytes, 0, 0, 0 }) + BtfHeaderBytes;
        for (; ; )
        {
            uint info = BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(at + 4));
            uint kind = (info >> 24) & 0x1F;
            if (kind == DataSection)
            {
                return at;
            }

            int count = (int)(info & 0xFFFF);
            at += 12 + (4 * kind switch
            {
                1 or 14 or 17 => 1,
                3 => 3,
                4 or 5 or 19 => 3 * count,
                6 or 13 => 2 * count,
                _ => 0,
            });
        }
    }
}
