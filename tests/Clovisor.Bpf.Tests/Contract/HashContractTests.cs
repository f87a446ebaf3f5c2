using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Hash tables, on the fake and on the running kernel.</summary>
public sealed class HashContractTests
{
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

    [Theory, BothKernels]
    public void A_walk_by_keys_sees_each_once(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64);
        for (uint i = 0; i < 50; i++)
        {
            Update(map, Bytes(i, 4), Bytes(i, 8));
        }

        List<uint> keys = Keys(map);
        Assert.Equal(50, keys.Count);
        Assert.Equal(50, keys.Distinct().Count());
    }

    [Theory, BothKernels]
    public void After_a_key_that_has_gone_comes_the_first(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64);
        for (uint i = 0; i < 10; i++)
        {
            Update(map, Bytes(i, 4), Bytes(i, 8));
        }

        List<uint> keys = Keys(map);
        byte[] gone = Bytes(keys[5], 4);
        byte[] next = new byte[4];
        Delete(map, gone);
        Assert.Equal(0, NextKey(map, gone, next));
        Assert.Equal(keys[0], BitConverter.ToUInt32(next));
        Assert.Equal(-ENOENT, NextKey(map, Bytes(keys[^1], 4), next));
    }

    [Theory, BothKernels]
    public void An_empty_table_has_no_first_key(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64);
        Assert.Equal(-ENOENT, NextKey(map, null, new byte[4]));
        Assert.Equal(-ENOENT, NextKey(map, Bytes(1, 4), new byte[4]));
    }

    [Theory, BothKernels]
    public void Pointers_that_are_missing_are_found_out(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64);
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(1, 8)));
        Assert.Equal(-EFAULT, Lookup(map, null, new byte[8]));
        Assert.Equal(-EFAULT, Element(map, BpfCommand.MapLookupElement, Bytes(1, 4), null, 0));
        Assert.Equal(-EFAULT, Element(map, BpfCommand.MapUpdateElement, Bytes(1, 4), null, 0));
        Assert.Equal(-EFAULT, Delete(map, null));
    }

    [Theory, BothKernels]
    public void A_spin_lock_flag_needs_a_spin_lock(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64);
        Assert.Equal(-EINVAL, Update(map, Bytes(1, 4), Bytes(1, 8), LockFlag));
        Assert.Equal(-EINVAL, Lookup(map, Bytes(1, 4), new byte[8], LockFlag));
        Assert.Equal(-EINVAL, Lookup(map, Bytes(1, 4), new byte[8], 1));
        Assert.Equal(-EINVAL, Take(map, Bytes(1, 4), new byte[8], 1));
    }

    [Theory, BothKernels]
    public void Without_preallocation_it_behaves_the_same(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 2, BpfMapOptions.NoPreallocation);
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(1, 8)));
        Assert.Equal(0, Update(map, Bytes(2, 4), Bytes(1, 8)));
        Assert.Equal(-E2BIG, Update(map, Bytes(3, 4), Bytes(1, 8)));
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(9, 8), Existing));
    }

    [Theory, BothKernels]
    public void An_lru_table_is_never_full(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.LruHash, "clvt", 4, 8, 1024);
        for (uint i = 0; i < 5000; i++)
        {
            Assert.Equal(0, Update(map, Bytes(i, 4), Bytes(i, 8)));
        }

        int left = Keys(map).Count;
        Assert.InRange(left, 700, 1024);
        Assert.Equal(-ENOENT, Lookup(map, Bytes(0, 4), new byte[8]));
        Assert.Equal(0, Lookup(map, Bytes(4999, 4), new byte[8]));
    }
}
