using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Loading;

/// <summary>Reads and loads objects through libbpf. Each call opens the bytes anew, so that a load that failed spoils nothing.</summary>
internal static unsafe class ObjectLoader
{
    // A signal that interrupts the verifier ends a load with EAGAIN; libbpf itself tries five times.
    private const int InterruptedRetries = 5;

    /// <summary>What an object defines.</summary>
    internal static (List<BpfMapDefinition> Maps, List<string> Programs) Describe(byte[] bytes, string name, BtfTypeTable types)
    {
        using LibBpfMessages messages = LibBpfMessages.Collect();
        fixed (byte* pinned = bytes)
        {
            using ObjectHandle handle = ObjectHandle.Open(pinned, bytes.Length, name, messages);
            var maps = handle.Maps().ConvertAll(map => new BpfMapDefinition(
                NativeText.Read(LibBpf.bpf_map__name(map)),
                (BpfMapType)LibBpf.bpf_map__type(map),
                (int)LibBpf.bpf_map__key_size(map),
                (int)LibBpf.bpf_map__value_size(map),
                LibBpf.bpf_map__max_entries(map),
                (BpfMapOptions)LibBpf.bpf_map__map_flags(map),
                MapBtf.FromObject(types, LibBpf.bpf_map__btf_key_type_id(map), LibBpf.bpf_map__btf_value_type_id(map))));
            return (maps, handle.Programs().ConvertAll(static program => NativeText.Read(LibBpf.bpf_program__name(program))));
        }
    }

    /// <summary>Loads an object.</summary>
    internal static BpfObject Load(byte[] bytes, string name, IReadOnlyList<BpfMapDefinition> definitions)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return LoadOnce(bytes, name, definitions);
            }
            catch (BpfException e) when (e.Errno == Errno.EAGAIN && attempt < InterruptedRetries)
            {
                // Try again: nothing is left of the attempt.
            }
        }
    }

    private static BpfObject LoadOnce(byte[] bytes, string name, IReadOnlyList<BpfMapDefinition> definitions)
    {
        using LibBpfMessages messages = LibBpfMessages.Collect();
        fixed (byte* pinned = bytes)
        {
            using ObjectHandle handle = ObjectHandle.Open(pinned, bytes.Length, name, messages);
            List<nint> programs = handle.Programs();
            var logs = new List<VerifierLogBuffer>(programs.Count);
            var leases = new List<BpfHandle>();
            try
            {
                SetTypes(programs, name);
                SetMaps(handle.Maps(), definitions, name, leases);
                foreach (nint program in programs)
                {
                    var log = new VerifierLogBuffer();
                    logs.Add(log);
                    Check(LibBpf.bpf_program__set_log_buf(program, log.Start, VerifierLogBuffer.Length), "set the log buffer of", program, name);
                }

                int result = LibBpf.bpf_object__load(handle.Pointer);
                return result < 0
                    ? throw LoadFailure(-result, programs, logs, messages, name)
                    : Collect(handle, definitions, name);
            }
            finally
            {
                logs.ForEach(static log => log.Dispose());
                leases.ForEach(static lease => lease.Dispose());
            }
        }
    }

    private static void SetTypes(List<nint> programs, string name)
    {
        var unknown = new List<string>();
        foreach (nint program in programs)
        {
            if (LibBpf.bpf_program__type(program) != (int)BpfProgramType.Unspecified)
            {
                continue;
            }

            string section = NativeText.Read(LibBpf.bpf_program__section_name(program));
            if (SectionTypes.TryFind(section, out BpfProgramType type, out int attachType))
            {
                Check(LibBpf.bpf_program__set_type(program, (int)type), "set the type of", program, name);
                Check(LibBpf.bpf_program__set_expected_attach_type(program, attachType), "set the attach type of", program, name);
            }
            else
            {
                unknown.Add($"{NativeText.Read(LibBpf.bpf_program__name(program))} in section \"{section}\"");
            }
        }

        if (unknown.Count > 0)
        {
            throw new BpfException(
                "load", name, Errno.EINVAL, $"The section of these programs says no type that libbpf {BpfRuntime.LibBpfVersion} knows: {string.Join(", ", unknown)}. Name it as libbpf documents, for example SEC(\"tc\") or SEC(\"xdp\").");
        }
    }

    private static void SetMaps(List<nint> maps, IReadOnlyList<BpfMapDefinition> definitions, string name, List<BpfHandle> copies)
    {
        for (int i = 0; i < maps.Count; i++)
        {
            BpfMapDefinition definition = definitions[i];
            if (definition.Reused is { } reused)
            {
                // libbpf duplicates it once more; ours only has to live until the load is over.
                BpfHandle copy = reused.Duplicate($"map {definition.Name}");
                copies.Add(copy);
                using BpfHandle.FdLease lease = copy.Lease();
                int result = LibBpf.bpf_map__reuse_fd(maps[i], lease.Descriptor);
                if (result < 0)
                {
                    throw BpfErrors.Create("reuse", $"map {definition.Name} of {name}", -result);
                }
            }
            else if (definition.IsResized)
            {
                int result = LibBpf.bpf_map__set_max_entries(maps[i], definition.MaxEntries);
                if (result < 0)
                {
                    throw BpfErrors.Create("resize", $"map {definition.Name} of {name}", -result);
                }
            }
        }
    }

    private static BpfObject Collect(ObjectHandle handle, IReadOnlyList<BpfMapDefinition> definitions, string name)
    {
        var maps = new Dictionary<string, BpfObject.Entry>(StringComparer.Ordinal);
        var programs = new Dictionary<string, BpfObject.Entry>(StringComparer.Ordinal);
        try
        {
            List<nint> loaded = handle.Maps();
            for (int i = 0; i < loaded.Count; i++)
            {
                string mapName = definitions[i].Name;
                maps[mapName] = new(BpfHandle.Duplicate(LibBpf.bpf_map__fd(loaded[i]), $"map {mapName}"), definitions[i].Btf);
            }

            foreach (nint program in handle.Programs())
            {
                string programName = NativeText.Read(LibBpf.bpf_program__name(program));
                int descriptor = LibBpf.bpf_program__fd(program);
                if (descriptor >= 0)
                {
                    programs[programName] = new(BpfHandle.Duplicate(descriptor, $"program {programName}"), null);
                }
            }

            return new BpfObject(name, maps, programs);
        }
        catch
        {
            foreach (BpfObject.Entry entry in maps.Values.Concat(programs.Values))
            {
                entry.Handle.Dispose();
            }

            throw;
        }
    }

    // libbpf asks for a log only after a program was refused, so the one log that is not empty belongs to the culprit.
    private static BpfException LoadFailure(
        int errno, List<nint> programs, List<VerifierLogBuffer> logs, LibBpfMessages messages, string name)
    {
        for (int i = 0; i < programs.Count; i++)
        {
            string log = logs[i].Text();
            if (!string.IsNullOrWhiteSpace(log))
            {
                return new BpfVerifierException(NativeText.Read(LibBpf.bpf_program__name(programs[i])), name, errno, log);
            }
        }

        string? hint = messages.Lines.Count == 0 ? null : $"libbpf says: {string.Join("; ", messages.Lines)}.";
        return BpfErrors.Create("load", name, errno, hint);
    }

    private static void Check(int result, string operation, nint program, string name)
    {
        if (result < 0)
        {
            throw BpfErrors.Create(operation, $"program {NativeText.Read(LibBpf.bpf_program__name(program))} of {name}", -result);
        }
    }
}
