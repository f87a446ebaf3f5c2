using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Hash tables, on the fake and on the running kernel.</summary>
public sealed class HashContractTests
{
    private const int ENOENT = 2, E2BIG = 7, EEXIST = 17, EINVAL = 22;
    private const ulong NotExisting = 1, Existing = 2;

    [Theory, BothKernels]
    public void What_was_written_is_read_and_removed(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        byte[] value = new byte[8];
        Assert.Equal(-ENOENT, Lookup(map, Bytes(1, 4), value));
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(11, 8)));
        Assert.Equal(0, Lookup(map, Bytes(1, 4), value));
        Assert.Equal(Bytes(11, 8), value);
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(12, 8)));
        Assert.Equal(0, Take(map, Bytes(1, 4), value));
        Assert.Equal(Bytes(12, 8), value);
        Assert.Equal(-ENOENT, Delete(map, Bytes(1, 4)));
        Assert.Equal(-ENOENT, Take(map, Bytes(1, 4), value));
    }

    [Theory, BothKernels]
    public void Modes_are_kept_and_unknown_flags_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        Assert.Equal(-ENOENT, Update(map, Bytes(1, 4), Bytes(1, 8), Existing));
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(1, 8), NotExisting));
        Assert.Equal(-EEXIST, Update(map, Bytes(1, 4), Bytes(1, 8), NotExisting));
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(1, 8), Existing));
        Assert.Equal(-EINVAL, Update(map, Bytes(1, 4), Bytes(1, 8), NotExisting | Existing));
    }

    [Theory, BothKernels]
    public void A_full_table_takes_no_new_key_but_new_values(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 2);
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(1, 8)));
        Assert.Equal(0, Update(map, Bytes(2, 4), Bytes(2, 8)));
        Assert.Equal(-E2BIG, Update(map, Bytes(3, 4), Bytes(3, 8)));
        Assert.Equal(0, Update(map, Bytes(2, 4), Bytes(4, 8)));
        Assert.Equal(0, Delete(map, Bytes(1, 4)));
        Assert.Equal(0, Update(map, Bytes(3, 4), Bytes(3, 8)));
    }

    [Theory, BothKernels]
    public void The_typed_map_finds_all_entries(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap bytes = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 5000);
        using var map = new BpfHashMap<uint, ulong>(bytes);
        for (uint i = 0; i < 3000; i++)
        {
            map[i] = i * 2;
        }

        Assert.Equal(3000, map.Snapshot().Entries.Count);
        Assert.True(map.TryGetValue(2999, out ulong value));
        Assert.Equal(5998ul, value);
    }
}
