using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Loading;

/// <summary>Describes and loads objects through libbpf. A parsed object can be loaded once, so a further attempt parses anew.</summary>
internal sealed unsafe class ObjectLoader(
    string name, List<BpfMapDefinition> maps, List<BpfProgramDefinition> programs, BpfObjectOptions options)
{
    // A signal that interrupts the verifier ends a load with EAGAIN; libbpf itself tries five times.
    private const int InterruptedRetries = 5;

    // A size is four damaged bytes away from all memory there is..
    private const int MostInitialBytes = 128 << 20;

    /// <summary>What an object defines.</summary>
    internal static (List<BpfMapDefinition> Maps, List<BpfProgramDefinition> Programs) Describe(
        ObjectHandle handle, Lazy<BtfTypeTable> types, Func<int, byte[]> initialValue)
    {
        using ObjectHandle.ObjectLease lease = handle.Lease();
        List<BpfMapDefinition> maps = [];
        foreach (nint map in handle.Maps())
        {
            int index = maps.Count;
            MapBtf? btf = MapBtf.FromObject(types, LibBpf.bpf_map__btf_key_type_id(map), LibBpf.bpf_map__btf_value_type_id(map));
            maps.Add(new BpfMapDefinition(MapDefinitionData.Read(map), btf, () => initialValue(index)));
        }

        return (maps, handle.Programs().ConvertAll(DescribeProgram));
    }

    /// <summary>A copy of the bytes that a data section starts with.</summary>
    internal static byte[] InitialValue(ObjectHandle handle, int map)
    {
        using ObjectHandle.ObjectLease lease = handle.Lease();
        nuint size = 0;
        nint native = handle.Maps()[map];
        byte* bytes = LibBpf.bpf_map__initial_value(native, &size);
        if (size > MostInitialBytes)
        {
            throw new BpfException(
                "read the global variables of", NativeText.Read(LibBpf.bpf_map__name(native)), Errno.EFBIG,
                $"The section says {size} bytes, and {MostInitialBytes} are taken: the object is damaged, or the data belongs into a map.");
        }

        return bytes is null ? [] : new ReadOnlySpan<byte>(bytes, (int)size).ToArray();
    }

    /// <summary>Loads.</summary>
    /// <param name="open">Gives a parsed object that was never loaded; asked once for each attempt.</param>
    /// <param name="globals">The global variables.</param>
    internal BpfObject Load(Func<ObjectHandle> open, Func<IReadOnlyList<BpfGlobalDefinition>> globals)
    {
        for (int attempt = 0; ; attempt++)
        {
            ObjectHandle handle = open();
            try
            {
                return LoadOnce(handle, globals);
            }
            catch (BpfException e) when (e.Errno == Errno.EAGAIN && attempt < InterruptedRetries)
            {
                // Try again: nothing is left of the attempt.
                handle.Dispose();
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }

    private BpfObject LoadOnce(ObjectHandle handle, Func<IReadOnlyList<BpfGlobalDefinition>> globals)
    {
        using LibBpfMessages messages = LibBpfMessages.Collect();
        using ObjectHandle.ObjectLease lease = handle.Lease();
        using MapPins pins = MapPins.Plan(maps, options, name);
        List<nint> nativeMaps = handle.Maps();
        List<nint> nativePrograms = handle.Programs();
        ProgramSettings.Apply(nativePrograms, programs, name);
        if (SubstituteKernel.Current is not null)
        {
            handle.Adopt(new SubstituteLoader(name, maps, programs).Load(nativeMaps, nativePrograms, pins));
            pins.Commit(index => handle.DuplicateMap(nativeMaps[index], $"map {maps[index].Name}"));
            return new BpfObject(name, handle, LoadedMaps(handle, nativeMaps), LoadedPrograms(handle, nativePrograms), null, globals);
        }

        MapSettings.Apply(nativeMaps, maps, pins, name);

        var logs = new VerifierLogBuffer?[nativePrograms.Count];
        try
        {
            for (int i = 0; i < logs.Length; i++)
            {
                if (programs[i].AutoLoad)
                {
                    logs[i] = new VerifierLogBuffer();
                    int set = LibBpf.bpf_program__set_log_buf(nativePrograms[i], logs[i]!.Start, VerifierLogBuffer.Length);
                    ProgramSettings.Check(set, "set the log buffer of", programs[i], name);
                }
            }

            int result = LibBpf.bpf_object__load(lease.Pointer);
            if (result < 0)
            {
                throw LoadFailure(-result, logs, messages);
            }

            pins.Commit(index => handle.DuplicateMap(nativeMaps[index], $"map {maps[index].Name}"));
            return new BpfObject(name, handle, LoadedMaps(handle, nativeMaps), LoadedPrograms(handle, nativePrograms), Logs(logs), globals);
        }
        finally
        {
            foreach (VerifierLogBuffer? log in logs)
            {
                log?.Dispose();
            }
        }
    }

    private Dictionary<string, (nint, BpfMapDefinition)> LoadedMaps(ObjectHandle handle, List<nint> native)
    {
        Dictionary<string, (nint, BpfMapDefinition)> loaded = new(native.Count, StringComparer.Ordinal);
        for (int i = 0; i < native.Count; i++)
        {
            if (handle.IsLoadedMap(native[i]))
            {
                loaded[maps[i].Name] = (native[i], maps[i]);
            }
        }

        return loaded;
    }

    private Dictionary<string, nint> LoadedPrograms(ObjectHandle handle, List<nint> native)
    {
        Dictionary<string, nint> loaded = new(native.Count, StringComparer.Ordinal);
        for (int i = 0; i < native.Count; i++)
        {
            if (handle.IsLoadedProgram(native[i]))
            {
                loaded[programs[i].Name] = native[i];
            }
        }

        return loaded;
    }

    private Dictionary<string, string>? Logs(VerifierLogBuffer?[] logs)
    {
        if (options.LogLevel == BpfLogLevel.None)
        {
            return null;
        }

        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        for (int i = 0; i < logs.Length; i++)
        {
            if (logs[i] is { } log)
            {
                texts[programs[i].Name] = log.Text();
            }
        }

        return texts;
    }

    // Programs are loaded in order of the file. libbpf asks for a log only after a refusal, unless one was wished for: then all up to
    // the culprit have one.
    private BpfException LoadFailure(int errno, VerifierLogBuffer?[] logs, LibBpfMessages messages)
    {
        for (int i = logs.Length - 1; i >= 0; i--)
        {
            string log = logs[i]?.Text() ?? "";
            if (!string.IsNullOrWhiteSpace(log))
            {
                return new BpfVerifierException(programs[i].Name, name, errno, log);
            }
        }

        string? hint = messages.Lines.Count == 0 ? null : $"libbpf says: {string.Join("; ", messages.Lines)}.";
        return BpfErrors.Create("load", name, errno, hint);
    }

    private static BpfProgramDefinition DescribeProgram(nint program)
    {
        string section = NativeText.Read(LibBpf.bpf_program__section_name(program));
        var type = (BpfProgramType)LibBpf.bpf_program__type(program);
        int attachType = LibBpf.bpf_program__expected_attach_type(program);
        if (type == BpfProgramType.Unspecified && SectionTypes.TryFind(section, out BpfProgramType found, out int foundAttach))
        {
            (type, attachType) = (found, foundAttach);
        }

        return new BpfProgramDefinition(
            NativeText.Read(LibBpf.bpf_program__name(program)), section, type, (BpfAttachType)attachType, LibBpf.bpf_program__autoload(program) != 0);
    }
}
