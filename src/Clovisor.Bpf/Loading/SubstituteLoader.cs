using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Loading;

/// <summary>
/// Loads an object into a substitute kernel, which libbpf cannot: libbpf reads the object as ever, and what it would do by bpf(2) is done
/// here. Code is not relocated, since nothing runs it; each program holds all maps of the object.
/// </summary>
internal sealed unsafe class SubstituteLoader(string name, List<BpfMapDefinition> maps, List<BpfProgramDefinition> programs)
{
    private const uint ReadOnlyProgram = 1 << 7;

    /// <summary>Loads everything or nothing. The caller owns what comes back, by libbpf's maps and programs.</summary>
    internal Dictionary<nint, BpfHandle> Load(List<nint> nativeMaps, List<nint> nativePrograms, MapPins pins)
    {
        Dictionary<nint, BpfHandle> loaded = [];
        try
        {
            List<BpfHandle> created = [];
            for (int i = 0; i < nativeMaps.Count; i++)
            {
                if (maps[i].AutoCreate)
                {
                    BpfHandle map = (maps[i].Reused ?? pins.Reused(i))?.Duplicate($"map {maps[i].Name}") ?? Create(nativeMaps[i], maps[i]);
                    loaded.Add(nativeMaps[i], map);
                    created.Add(map);
                }
            }

            for (int i = 0; i < nativePrograms.Count; i++)
            {
                if (programs[i].AutoLoad)
                {
                    BpfHandle program = LoadProgram(nativePrograms[i], programs[i]);
                    loaded.Add(nativePrograms[i], program);
                    created.ForEach(map => Bind(program, map));
                }
            }

            return loaded;
        }
        catch
        {
            foreach (BpfHandle handle in loaded.Values)
            {
                handle.Dispose();
            }

            throw;
        }
    }

    private BpfHandle Create(nint native, BpfMapDefinition map)
    {
        nint inner = LibBpf.bpf_map__inner_map(native);
        using BpfHandle? model = map.InnerMap is null && inner != 0 ? CreateInner(inner) : map.InnerMap?.Handle.Duplicate("the inner map");
        bool constant = map.Section is { } section && BpfGlobalDefinition.IsConstantSection(section);
        BpfHandle handle = Create(
            MapDefinitionData.Read(native) with { MaxEntries = map.MaxEntries, Flags = map.Flags, Extra = map.Extra }, constant ? ReadOnlyProgram : 0, model);
        try
        {
            if (map.Section is not null)
            {
                Fill(handle, map, constant);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private BpfHandle CreateInner(nint inner) => Create(MapDefinitionData.Read(inner), 0, null);

    private BpfHandle Create(MapDefinitionData map, uint flags, BpfHandle? inner)
    {
        var attributes = new MapCreateAttributes
        {
            Type = (uint)map.Type,
            KeySize = (uint)map.KeySize,
            ValueSize = (uint)map.ValueSize,
            MaxEntries = map is { Type: BpfMapType.PerfEventArray, MaxEntries: 0 } ? (uint)PossibleCpus.Count : map.MaxEntries,
            Flags = (uint)map.Flags | flags,
            Extra = map.Extra,
        };
        NativeText.WriteKernelName(map.Name, attributes.Name);
        int result;
        if (inner is null)
        {
            result = BpfSyscall.Call(BpfCommand.MapCreate, ref attributes);
        }
        else
        {
            using BpfHandle.FdLease lease = inner.Lease();
            attributes.InnerMapDescriptor = (uint)lease.Descriptor;
            result = BpfSyscall.Call(BpfCommand.MapCreate, ref attributes);
        }

        return result >= 0 ? new BpfHandle(result) : throw BpfErrors.Create("load", name, -result, $"The kernel refused its map {map.Name}.");
    }

    private void Fill(BpfHandle handle, BpfMapDefinition map, bool constant)
    {
        using BpfHandle.FdLease lease = handle.Lease();
        uint zero = 0;
        fixed (byte* value = map.InitialValue)
        {
            var write = new MapElementAttributes { MapDescriptor = (uint)lease.Descriptor, Key = (ulong)(&zero), Value = (ulong)value };
            Check(BpfSyscall.Call(BpfCommand.MapUpdateElement, ref write), map);
        }

        if (constant)
        {
            var freeze = new MapFreezeAttributes { MapDescriptor = (uint)lease.Descriptor };
            Check(BpfSyscall.Call(BpfCommand.MapFreeze, ref freeze), map);
        }
    }

    private BpfHandle LoadProgram(nint native, BpfProgramDefinition program)
    {
        var code = new ReadOnlySpan<BpfInstruction>(LibBpf.bpf_program__insns(native), (int)LibBpf.bpf_program__insn_cnt(native));
        try
        {
            using BpfProgram loaded = BpfProgram.Load(program.Type, code, new BpfProgramOptions { Name = program.Name });
            return loaded.Handle.Duplicate($"program {program.Name}");
        }
        catch (BpfVerifierException e)
        {
            throw new BpfVerifierException(program.Name, name, e.Errno, e.Log);
        }
        catch (BpfException e)
        {
            throw BpfErrors.Create("load", name, e.Errno, $"The kernel refused its program {program.Name}.");
        }
    }

    private void Bind(BpfHandle program, BpfHandle map)
    {
        using BpfHandle.FdLease lease = program.Lease();
        using BpfHandle.FdLease bound = map.Lease();
        var attributes = new ProgramBindMapAttributes { ProgramDescriptor = (uint)lease.Descriptor, MapDescriptor = (uint)bound.Descriptor };
        int result = BpfSyscall.Call(BpfCommand.ProgramBindMap, ref attributes);
        if (result < 0)
        {
            throw BpfErrors.Create("load", name, -result, "The kernel refused to tie a map to a program.");
        }
    }

    private void Check(int result, BpfMapDefinition map)
    {
        if (result < 0)
        {
            throw BpfErrors.Create("load", name, -result, $"The initial values of {map.Name} could not be written.");
        }
    }
}
