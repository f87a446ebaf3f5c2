using Clovisor.Bpf.Btf;
using Clovisor.Testing;
using CsCheck;

namespace Clovisor.Bpf.Tests.Btf;

/// <summary>BTF that nobody's compiler wrote: refused with a reason or read, never a crash, a hang or memory without end.</summary>
public sealed class HostileBtfTests
{
    private const uint Pointer = 2u << 24;
    private const uint Array = 3u << 24;
    private const uint Typedef = 8u << 24;
    private const uint Prototype = 13u << 24;

    [Fact]
    public void A_typedef_of_itself_is_refused() => Refuses([0, Typedef, 1], "chain");

    [Fact]
    public void Typedefs_in_a_circle_are_refused() => Refuses([0, Typedef, 2, 0, Typedef, 1], "chain");

    [Fact]
    public void An_array_of_itself_is_refused() => Refuses([0, Array, 0, 1, 1, 1], "chain");

    [Fact]
    public void A_reference_to_no_type_is_refused() => Refuses([0, Pointer, 7], "refers to type 7");

    [Fact]
    public void A_size_beyond_memory_is_refused() =>
        Refuses([1, 1u << 24, 4, 32, 0, Array, 0, 1, 1, uint.MaxValue], "too large");

    [Fact]
    public void A_name_outside_the_strings_is_refused() => Refuses([99, Typedef, 0], "name");

    [Fact]
    public void An_unknown_kind_is_refused() => Refuses([0, 30u << 24, 0], "unknown");

    [Fact]
    public void More_members_than_are_there_are_refused() => Refuses([0, (4u << 24) | 1000, 0], "more than are left");

    [Fact]
    public void A_name_without_end_is_refused()
    {
        byte[] blob = BtfBytes.Of([1, Typedef, 0], "\0" + new string('a', 5000));
        Assert.Contains("bytes", Assert.Throws<FormatException>(() => BtfTypeTable.Parse(blob)).Message, StringComparison.Ordinal);
    }

    // Legal as far as the format goes: a pointer may point to itself. Only writing it must end.
    [Fact]
    public void A_pointer_to_itself_can_be_written()
    {
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([0, Pointer, 1], "\0"));
        Assert.Contains("...", table[1].ToString(), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => table[1].ToC());
    }

    // Each step copies what the former ones wrote.
    [Fact]
    public void A_prototype_that_returns_itself_is_written_without_growing_beyond_measure()
    {
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([0, Prototype | 1, 1, 1, 0], "\0" + new string('a', 4000)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.InRange(table[1].ToString().Length, 1, 100_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidOperationException>(() => table[1].ToC());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    // Here it is what comes back that grows: each level's parameter list contains the one below.
    [Theory]
    [InlineData(20)]
    [InlineData(2000)]
    public void A_prototype_that_takes_itself_is_written_without_growing_beyond_measure(int nameLength)
    {
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([0, Prototype | 1, 0, 1, 2, 0, Pointer, 1], "\0" + new string('a', nameLength)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.InRange(table[1].ToString().Length, 1, 200_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidOperationException>(() => table[1].ToC());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 20);
    }

    [Fact]
    public void Prototypes_that_double_at_each_step_can_be_written()
    {
        var words = new List<uint>();
        for (uint id = 1; id <= 40; id++)
        {
            words.AddRange([0, Prototype | 2, 0, 0, id + 1, 0, id + 1]);
        }

        words.AddRange([0, Pointer, 0]);
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([.. words], "\0"));
        Assert.True(table[1].ToString().Length < 100_000);
    }

    [Fact]
    public void Anonymous_structs_that_double_at_each_step_are_refused_when_written()
    {
        var words = new List<uint>();
        for (uint id = 1; id <= 40; id++)
        {
            words.AddRange([0, (4u << 24) | 2, 8, 0, id + 1, 0, 0, id + 1, 0]);
        }

        words.AddRange([1, 1u << 24, 4, 32]);
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([.. words], "\0int\0"));
        Assert.Throws<InvalidOperationException>(() => table[1].ToC());
    }

    [Fact]
    public void A_struct_that_contains_itself_is_refused_when_written()
    {
        BtfTypeTable table = BtfTypeTable.Parse(BtfBytes.Of([1, (4u << 24) | 1, 8, 1, 1, 0], "\0self\0"));
        Assert.Throws<InvalidOperationException>(() => table.Struct("self").ToC());
        Assert.Empty(table.Struct("self").Padding());
    }

    // Any byte changed: whatever parses can be asked everything.
    [Fact]
    public void Damaged_btf_is_refused_or_can_be_asked_everything()
    {
        byte[] good = BpfCompiler.Compile(TestPrograms.Counter);
        byte[] blob = good[new Clovisor.Bpf.Loading.ElfImage(good).Find(".BTF")!.Value];
        Gen.Select(Gen.Int[0, blob.Length - 1], Gen.Byte, Gen.Int[0, blob.Length - 1], Gen.Byte).Sample((first, one, second, other) =>
        {
            byte[] damaged = [.. blob];
            damaged[first] = one;
            damaged[second] = other;
            AskEverything(damaged);
        }, iter: 3000);
    }

    private static void AskEverything(byte[] blob)
    {
        BtfTypeTable table;
        try
        {
            table = BtfTypeTable.Parse(blob);
        }
        catch (FormatException)
        {
            return;
        }

        foreach (BtfType type in table.Types)
        {
            Assert.True(type.Size >= 0);
            Assert.NotNull(type.ToString());
            Assert.NotNull(type.Unqualified);
            (type as BtfStruct)?.Padding();
            _ = (type as BtfStruct)?.Members.Select(static member => member.TypeName).Count();
            _ = (type as BtfEnumeration)?.Values.Count;
            try
            {
                type.ToC();
            }
            catch (InvalidOperationException)
            {
                // A struct that contains itself, said so.
            }
            catch (OverflowException)
            {
                Assert.Fail($"{type} overflows");
            }
        }
    }

    private static void Refuses(uint[] types, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => BtfTypeTable.Parse(BtfBytes.Of(types, "\0int\0"))).Message, StringComparison.Ordinal);
}
