using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Maps that hold maps or programs.</summary>
public sealed class MapOfMapsContractTests
{
    [Theory, BothKernels]
    public void An_array_of_maps_is_written_by_descriptor_and_read_by_number(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap inner = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4);
        using BpfMap outer = Outer(BpfMapType.ArrayOfMaps, inner);
        byte[] value = new byte[4];
        Assert.Equal(-ENOENT, Lookup(outer, Bytes(0, 4), value));
        Assert.Equal(0, Update(outer, Bytes(0, 4), Descriptor(inner)));
        Assert.Equal(0, Lookup(outer, Bytes(0, 4), value));
        Assert.Equal(inner.Id, BitConverter.ToUInt32(value));
        Assert.Equal(-E2BIG, Update(outer, Bytes(2, 4), Descriptor(inner)));
        Assert.Equal(-EINVAL, Update(outer, Bytes(1, 4), Descriptor(inner), NotExisting));
        Assert.Equal(0, Delete(outer, Bytes(0, 4)));
        Assert.Equal(-ENOENT, Delete(outer, Bytes(0, 4)));
        Assert.Equal(-E2BIG, Delete(outer, Bytes(2, 4)));
        Assert.Equal(0, NextKey(outer, null, value));
    }

    [Theory, BothKernels]
    public void A_hash_of_maps_is_written_by_descriptor_and_read_by_number(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap inner = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4);
        using BpfMap outer = Outer(BpfMapType.HashOfMaps, inner);
        byte[] value = new byte[4];
        Assert.Equal(0, Update(outer, Bytes(7, 4), Descriptor(inner), NotExisting));
        Assert.Equal(-EEXIST, Update(outer, Bytes(7, 4), Descriptor(inner), NotExisting));
        Assert.Equal(0, Update(outer, Bytes(7, 4), Descriptor(inner)));
        Assert.Equal(0, Lookup(outer, Bytes(7, 4), value));
        Assert.Equal(inner.Id, BitConverter.ToUInt32(value));
        Assert.Equal(0, Update(outer, Bytes(8, 4), Descriptor(inner)));
        Assert.Equal(-E2BIG, Update(outer, Bytes(9, 4), Descriptor(inner)));
        Assert.Equal(0, Delete(outer, Bytes(7, 4)));
        Assert.Equal(-ENOENT, Delete(outer, Bytes(7, 4)));
    }

    [Theory, BothKernels]
    public void Only_maps_like_the_model_are_taken(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap model = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4);
        using BpfMap larger = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 40);
        using BpfMap other = BpfMap.Create(BpfMapType.Hash, "inner", 4, 16, 4);
        using BpfMap outer = Outer(BpfMapType.ArrayOfMaps, model);
        Assert.Equal(0, Update(outer, Bytes(0, 4), Descriptor(larger)));
        Assert.Equal(-EINVAL, Update(outer, Bytes(0, 4), Descriptor(other)));
        Assert.Equal(-EBADF, Update(outer, Bytes(0, 4), Bytes(0x7FFFFFF0, 4)));
        Assert.Equal(-EINVAL, CreateOuter(BpfMapType.ArrayOfMaps, outer));
    }

    [Theory, BothKernels]
    public void Arrays_within_must_have_the_length_of_the_model(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap model = BpfMap.Create(BpfMapType.Array, "inner", 4, 8, 4);
        using BpfMap longer = BpfMap.Create(BpfMapType.Array, "inner", 4, 8, 5);
        using BpfMap outer = Outer(BpfMapType.HashOfMaps, model);
        Assert.Equal(-EINVAL, Update(outer, Bytes(0, 4), Descriptor(longer)));
    }

    [Theory, BothKernels]
    public void The_outer_map_keeps_the_inner_one(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        BpfMap inner = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4);
        using BpfMap outer = Outer(BpfMapType.ArrayOfMaps, inner);
        Update(outer, Bytes(0, 4), Descriptor(inner));
        Update(inner, Bytes(1, 4), Bytes(5, 8));
        inner.Dispose();

        byte[] number = new byte[4];
        Assert.Equal(0, Lookup(outer, Bytes(0, 4), number));
        var open = new IdAttributes { Id = BitConverter.ToUInt32(number) };
        using var again = new BpfMap(new BpfHandle(BpfSyscall.Call(BpfCommand.MapGetDescriptorById, ref open)));
        Assert.Equal(0, Lookup(again, Bytes(1, 4), new byte[8]));
    }

    [Theory, BothKernels]
    public void A_batch_over_an_array_of_maps_passes_over_holes(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap inner = BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4);
        using BpfMap outer = Outer(BpfMapType.ArrayOfMaps, inner);
        Update(outer, Bytes(1, 4), Descriptor(inner));
        byte[] keys = new byte[8], values = new byte[8];
        uint count = 2;
        Assert.Equal(-ENOENT, Batch(outer, BpfCommand.MapLookupBatch, null, new byte[4], keys, values, ref count));
        Assert.Equal(1u, count);
        Assert.Equal(1u, BitConverter.ToUInt32(keys));
        Assert.Equal(inner.Id, BitConverter.ToUInt32(values));
    }

    [Theory, BothKernels]
    public void A_program_array_takes_programs_of_one_type(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap array = BpfMap.Create(BpfMapType.ProgramArray, "clvt", 4, 4, 2);
        using BpfProgram program = Small(BpfProgramType.SchedulerClassifier);
        using BpfProgram other = Small(BpfProgramType.Xdp);
        byte[] value = new byte[4];
        Assert.Equal(0, Update(array, Bytes(0, 4), Descriptor(program.Handle)));
        Assert.Equal(0, Lookup(array, Bytes(0, 4), value));
        Assert.Equal(program.Id, BitConverter.ToUInt32(value));
        Assert.Equal(-EINVAL, Update(array, Bytes(1, 4), Descriptor(other.Handle)));
        Assert.Equal(-EINVAL, Update(array, Bytes(1, 4), Descriptor(array)));
        Assert.Equal(-EINVAL, Update(array, Bytes(1, 4), Descriptor(program.Handle), Existing));
        Assert.Equal(-E2BIG, Update(array, Bytes(2, 4), Descriptor(program.Handle)));
        Assert.Equal(0, Delete(array, Bytes(0, 4)));
        Assert.Equal(-ENOENT, Delete(array, Bytes(0, 4)));
        Assert.Equal(-ENOENT, Lookup(array, Bytes(0, 4), value));
    }

    internal static BpfProgram Small(BpfProgramType type)
    {
        // r0 = 0; exit
        BpfInstruction[] code = [new(0xB7, BpfRegister.R0, BpfRegister.R0, 0, 0), new(0x95, BpfRegister.R0, BpfRegister.R0, 0, 0)];
        return BpfProgram.Load(type, code, new BpfProgramOptions { Name = "clvt_small" });
    }

    private static BpfMap Outer(BpfMapType type, BpfMap inner)
    {
        int result = CreateOuter(type, inner, out int descriptor);
        Assert.True(result >= 0, $"errno {-result}");
        return new BpfMap(new BpfHandle(descriptor));
    }

    private static int CreateOuter(BpfMapType type, BpfMap inner) => CreateOuter(type, inner, out _);

    private static int CreateOuter(BpfMapType type, BpfMap inner, out int descriptor)
    {
        using BpfHandle.FdLease lease = inner.Handle.Lease();
        var attributes = new MapCreateAttributes
        {
            Type = (uint)type, KeySize = 4, ValueSize = 4, MaxEntries = 2, InnerMapDescriptor = (uint)lease.Descriptor,
        };
        descriptor = BpfSyscall.Call(BpfCommand.MapCreate, ref attributes);
        return descriptor;
    }

    private static byte[] Descriptor(BpfMap map) => Descriptor(map.Handle);

    private static byte[] Descriptor(BpfHandle handle)
    {
        using BpfHandle.FdLease lease = handle.Lease();
        return BitConverter.GetBytes(lease.Descriptor);
    }
}
