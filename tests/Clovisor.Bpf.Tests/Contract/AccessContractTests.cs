using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Who may read and write: freezing, read-only and write-only descriptors; and what creation refuses.</summary>
public sealed class AccessContractTests
{
    private const BpfMapType BloomFilter = (BpfMapType)30;

    public static TheoryData<BpfMapType, int, int, uint, BpfMapOptions, int> Creations => new()
    {
        { BpfMapType.Hash, 4, 8, 1, BpfMapOptions.None, 0 },
        { BpfMapType.Hash, 0, 8, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Hash, 4, 0, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Hash, 4, 8, 0, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Hash, 4, 8, 1, BpfMapOptions.NoCommonLru, -EINVAL },
        { BpfMapType.Hash, 4, 8, 1, BpfMapOptions.MemoryMappable, -EINVAL },
        { BpfMapType.Hash, 4, 8, 1, BpfMapOptions.ReadOnly | BpfMapOptions.WriteOnly, -EINVAL },
        { BpfMapType.Hash, 4, 8, 1, BpfMapOptions.ReadOnlyProgram | BpfMapOptions.WriteOnlyProgram, -EINVAL },
        { BpfMapType.PerCpuHash, 4, 40_000, 1, BpfMapOptions.None, -E2BIG },
        { BpfMapType.LruHash, 4, 8, 1, BpfMapOptions.NoPreallocation, -ENOTSUPP },
        { BpfMapType.LruHash, 4, 8, 64, BpfMapOptions.NoCommonLru, 0 },
        { BpfMapType.Array, 4, 8, 1, BpfMapOptions.MemoryMappable, 0 },
        { BpfMapType.Array, 8, 8, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Array, 4, 0, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Array, 4, 8, 0, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Array, 4, 8, 1, BpfMapOptions.NoPreallocation, -EINVAL },
        { BpfMapType.PerCpuArray, 4, 8, 1, BpfMapOptions.MemoryMappable, -EINVAL },
        { BpfMapType.PerCpuArray, 4, 40_000, 1, BpfMapOptions.None, -E2BIG },
        { BpfMapType.LpmTrie, 8, 4, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.LpmTrie, 4, 4, 1, BpfMapOptions.NoPreallocation, -EINVAL },
        { BpfMapType.LpmTrie, 260, 4, 1, BpfMapOptions.NoPreallocation, 0 },
        { BpfMapType.LpmTrie, 261, 4, 1, BpfMapOptions.NoPreallocation, -EINVAL },
        { BpfMapType.Queue, 0, 8, 1, BpfMapOptions.None, 0 },
        { BpfMapType.Queue, 4, 8, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Stack, 0, 0, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Queue, 0, 8, 0, BpfMapOptions.None, -EINVAL },
        { BloomFilter, 0, 8, 1, BpfMapOptions.None, 0 },
        { BloomFilter, 4, 8, 1, BpfMapOptions.None, -EINVAL },
        { BpfMapType.RingBuffer, 0, 0, 4096, BpfMapOptions.None, 0 },
        { BpfMapType.RingBuffer, 0, 0, 4095, BpfMapOptions.None, -EINVAL },
        { BpfMapType.RingBuffer, 0, 0, 12288, BpfMapOptions.None, -EINVAL },
        { BpfMapType.RingBuffer, 4, 0, 4096, BpfMapOptions.None, -EINVAL },
        { BpfMapType.UserRingBuffer, 0, 0, 4096, BpfMapOptions.None, 0 },
        { BpfMapType.ProgramArray, 4, 4, 2, BpfMapOptions.None, 0 },
        { BpfMapType.ProgramArray, 4, 8, 2, BpfMapOptions.None, -EINVAL },
        { BpfMapType.ProgramArray, 4, 4, 2, BpfMapOptions.ReadOnlyProgram, -EINVAL },
        { BpfMapType.ArrayOfMaps, 4, 4, 2, BpfMapOptions.None, -EINVAL },
        { BpfMapType.Unspecified, 4, 4, 2, BpfMapOptions.None, -EINVAL },
        { (BpfMapType)999, 4, 4, 2, BpfMapOptions.None, -EINVAL },
    };

    [Theory, MemberData(nameof(Creations))]
    public void The_fake_takes_and_refuses_what_the_kernel_does(
        BpfMapType type, int keySize, int valueSize, uint maxEntries, BpfMapOptions flags, int expected)
    {
        foreach (KernelUnderTest kernel in KernelUnderTestExtensions.Usable)
        {
            using IDisposable scope = kernel.Enter();
            int result = Create(type, keySize, valueSize, maxEntries, flags, out BpfMap? map);
            map?.Dispose();
            Assert.True(expected == result, $"{kernel}: {result} instead of {expected}");
        }
    }

    [Theory, BothKernels]
    public void A_frozen_map_can_only_be_read(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        Update(map, Bytes(1, 4), Bytes(1, 8));
        map.Freeze();
        Assert.Equal(-EPERM, Update(map, Bytes(1, 4), Bytes(2, 8)));
        Assert.Equal(-EPERM, Delete(map, Bytes(1, 4)));
        Assert.Equal(-EPERM, Take(map, Bytes(1, 4), new byte[8]));
        Assert.Equal(0, Lookup(map, Bytes(1, 4), new byte[8]));
        uint count = 1;
        Assert.Equal(-EPERM, Batch(map, BpfCommand.MapUpdateBatch, null, null, Bytes(1, 4), Bytes(1, 8), ref count));
        Assert.Equal(EPERM, Assert.Throws<BpfPermissionException>(map.Freeze).Errno);
    }

    [Theory, BothKernels]
    public void A_read_only_descriptor_does_not_write(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4, BpfMapOptions.ReadOnly);
        Assert.Equal(-EPERM, Update(map, Bytes(1, 4), Bytes(2, 8)));
        Assert.Equal(-EPERM, Delete(map, Bytes(1, 4)));
        Assert.Equal(-ENOENT, Lookup(map, Bytes(1, 4), new byte[8]));
        Assert.Equal(-EPERM, Take(map, Bytes(1, 4), new byte[8]));
    }

    [Theory, BothKernels]
    public void A_write_only_descriptor_does_not_read(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4, BpfMapOptions.WriteOnly);
        Assert.Equal(0, Update(map, Bytes(1, 4), Bytes(2, 8)));
        Assert.Equal(-EPERM, Lookup(map, Bytes(1, 4), new byte[8]));
        Assert.Equal(-EPERM, NextKey(map, null, new byte[4]));
        Assert.Equal(0, Delete(map, Bytes(1, 4)));
    }

    [Theory, BothKernels]
    public void A_closed_descriptor_is_not_used(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryLookup(new byte[4], new byte[8]));
    }

    [Theory, BothKernels]
    public void A_duplicate_is_the_same_map_and_lives_on(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        BpfHandle copy;
        uint id;
        using (BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4))
        {
            Update(map, Bytes(1, 4), Bytes(7, 8));
            copy = map.Handle.Duplicate("the map");
            id = map.Id;
        }

        using var second = new BpfMap(copy);
        Assert.Equal(id, second.Id);
        byte[] value = new byte[8];
        Assert.Equal(0, Lookup(second, Bytes(1, 4), value));
        Assert.Equal(Bytes(7, 8), value);
    }

    [Theory, BothKernels]
    public void A_map_describes_itself(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap made = BpfMap.Create(BpfMapType.LpmTrie, "a name of more than 15", 8, 4, 7, BpfMapOptions.NoPreallocation);
        using var map = new BpfMap(made.Handle.Duplicate("it"));
        Assert.Equal("a_name_of_more_", map.Name);
        Assert.Equal(BpfMapType.LpmTrie, map.Type);
        Assert.Equal((8, 4, 7u), (map.KeySize, map.ValueSize, map.MaxEntries));
        Assert.Equal(BpfMapOptions.NoPreallocation, map.Flags);
        Assert.NotEqual(0u, map.Id);
    }

    [Theory, BothKernels]
    public void A_number_opens_the_map_and_only_while_it_lives(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        uint id;
        using (BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4))
        {
            id = map.Id;
            var open = new IdAttributes { Id = id };
            int descriptor = BpfSyscall.Call(BpfCommand.MapGetDescriptorById, ref open);
            using var second = new BpfMap(new BpfHandle(descriptor));
            Assert.Equal(id, second.Id);

            var next = new IdAttributes { Id = id - 1 };
            Assert.Equal(0, BpfSyscall.Call(BpfCommand.MapGetNextId, ref next));
            Assert.Equal(id, next.NextId);
        }

        Assert.Equal(-ENOENT, Eventually(() => OpenById(id), -ENOENT));
        var last = new IdAttributes { Id = int.MaxValue - 1 };
        Assert.Equal(-ENOENT, BpfSyscall.Call(BpfCommand.MapGetNextId, ref last));
        var beyond = new IdAttributes { Id = int.MaxValue };
        Assert.Equal(-EINVAL, BpfSyscall.Call(BpfCommand.MapGetNextId, ref beyond));
    }

    private static int OpenById(uint id)
    {
        var attributes = new IdAttributes { Id = id };
        return BpfSyscall.Call(BpfCommand.MapGetDescriptorById, ref attributes);
    }

    // The kernel frees some objects a moment after the last descriptor is closed.
    private static int Eventually(Func<int> call, int expected)
    {
        int result = call();
        for (int i = 0; i < 100 && result != expected; i++)
        {
            if (result > 0)
            {
                new BpfHandle(result).Dispose();
            }

            Thread.Sleep(10);
            result = call();
        }

        return result;
    }
}
