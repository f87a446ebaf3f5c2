using Clovisor.Testing;
using CsCheck;

namespace Clovisor.Bpf.Tests.Loading;

public sealed class ElfImageTests
{
    [Fact]
    public void Says_what_is_wrong_with_a_file_that_is_no_object()
    {
        Assert.Contains("does not start as an ELF file (5 bytes)", Refusal([1, 2, 3, 4, 5]), StringComparison.Ordinal);
        Assert.Contains("not for BPF", Refusal(File.ReadAllBytes(Environment.ProcessPath!)), StringComparison.Ordinal);
        byte[] bytes = [.. BpfCompiler.Compile(TestPrograms.Counter)];
        Assert.Contains("x.bpf.o", Refusal(bytes[..200]), StringComparison.Ordinal);
        bytes[5] = 2;
        Assert.Contains("little-endian", Refusal(bytes), StringComparison.Ordinal);
    }

    // Invariant: whatever is done to the bytes of an object, reading it ends in an object or in one of our exceptions.
    [Fact]
    public void Damaged_objects_never_get_past_our_own_exceptions()
    {
        byte[] good = BpfCompiler.Compile(TestPrograms.Refused);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Array[1, 4].Sample(
            changes =>
            {
                byte[] bytes = [.. good];
                int length = good.Length;
                foreach ((int at, byte value, int cut) in changes)
                {
                    bytes[at] = value;
                    length = cut % 7 == 0 ? Math.Min(length, cut) : length;
                }

                try
                {
                    var image = new Bpf.Loading.ElfImage(bytes.AsMemory(0, length));
                    if (image.Find(".BTF") is { } range)
                    {
                        Bpf.Btf.BtfTypeTable table = Bpf.Btf.BtfTypeTable.Parse(bytes.AsSpan(range));
                        _ = table.Structs.Count() + table.Enums.Count();
                    }

                    _ = image.SymbolsIn(".rodata").Count();
                }
                catch (FormatException)
                {
                    // Said so.
                }
            },
            iter: 3000,
            threads: 1);
    }

    private static string Refusal(byte[] bytes) => Assert.ThrowsAny<BpfException>(() => BpfObjectFile.Open(bytes, "x.bpf.o")).Message;
}
