using Clovisor.Bpf.Btf;
using Clovisor.Testing;
using CsCheck;

namespace Clovisor.Bpf.Tests.Btf;

public sealed class BtfExtensionTests
{
    private static readonly byte[] Object = BpfCompiler.Compile("""
        struct here { int first; int second; } __attribute__((preserve_access_index));
        struct here *there;
        SEC("tc") int first(struct __sk_buff *skb) { return skb->len; }
        SEC("tc") int second(struct __sk_buff *skb)
        {
            return there ? there->second : 0;
        }
        """);

    private static readonly BtfTypeTable Types = BtfTypeTable.Parse(Section(".BTF"));

    [Fact]
    public void Functions_begin_at_their_instructions()
    {
        BtfExtension extension = BtfExtension.Parse(Section(".BTF.ext"), Types);
        Assert.Equal(["first", "second"], extension.Functions.Select(static info => info.Function.Name));
        Assert.Equal([("tc", 0), ("tc", 2)], extension.Functions.Select(static info => (info.Section, info.Instruction)));
    }

    [Fact]
    public void An_instruction_has_its_line_of_c()
    {
        BtfExtension extension = BtfExtension.Parse(Section(".BTF.ext"), Types);
        BtfLineInfo first = extension.LineOf("tc", 1)!.Value;
        BtfLineInfo last = extension.LineOf("tc", 100)!.Value;
        Assert.Equal("<stdin>", Path.GetFileName(first.File));
        Assert.Equal(3, last.Line - first.Line);
        Assert.True(first.Line > 1 && first.Column > 0);
        Assert.Null(extension.LineOf("xdp", 1));
    }

    [Fact]
    public void An_opened_object_reads_its_own()
    {
        using BpfObjectFile file = BpfObjectFile.Open(Object, "lines.bpf.o");
        Assert.Equal(2, file.ReadBtfExtension()!.Functions.Count);
    }

    [Fact]
    public void Relocations_name_the_member()
    {
        BtfRelocation relocation = Assert.Single(BtfExtension.Parse(Section(".BTF.ext"), Types).Relocations);
        Assert.Equal(("tc", "here", "0:1", 0), (relocation.Section, relocation.Type.Name, relocation.Access, relocation.Kind));
    }

    [Fact]
    public void Damaged_ones_are_refused_or_read()
    {
        byte[] blob = Section(".BTF.ext");
        Gen.Select(Gen.Int[0, blob.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] damaged = [.. blob];
            damaged[at] = value;
            try
            {
                BtfExtension.Parse(damaged, Types);
            }
            catch (FormatException)
            {
                // Said why.
            }
        }, iter: 3000);
        Assert.Throws<FormatException>(() => BtfExtension.Parse([], Types));
        Assert.Throws<FormatException>(() => BtfExtension.Parse(blob.AsSpan(0, 40), Types));
    }

    private static byte[] Section(string name) => Object[new Clovisor.Bpf.Loading.ElfImage(Object).Find(name)!.Value];
}
