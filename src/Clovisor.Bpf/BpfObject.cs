using System.Diagnostics.CodeAnalysis;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Loading;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf;

/// <summary>A loaded object: its programs, maps and global variables by name.</summary>
/// <remarks>
/// Every program and map that is taken out owns a descriptor of its own, belongs to the caller and lives on when the object is disposed.
/// The object holds one of each as well: a program array, which the kernel empties when its last descriptor is closed, is safe while the
/// object is open. Safe to use from any thread.
/// </remarks>
public sealed partial class BpfObject : IDisposable
{
    private readonly ObjectHandle _handle;
    private readonly Dictionary<string, (nint Native, BpfMapDefinition Definition)> _maps;
    private readonly Dictionary<string, nint> _programs;
    private readonly Dictionary<string, string>? _logs;

    internal BpfObject(
        string name,
        ObjectHandle handle,
        Dictionary<string, (nint Native, BpfMapDefinition Definition)> maps,
        Dictionary<string, nint> programs,
        Dictionary<string, string>? logs,
        Func<IReadOnlyList<BpfGlobalDefinition>> globals)
    {
        Name = name;
        _handle = handle;
        _maps = maps;
        _programs = programs;
        _logs = logs;
        _globals = globals;
    }

    /// <summary>The name of the file it was loaded from.</summary>
    public string Name { get; }

    /// <summary>The names of the maps.</summary>
    public IReadOnlyCollection<string> MapNames => _maps.Keys;

    /// <summary>The names of the programs that were loaded.</summary>
    public IReadOnlyCollection<string> ProgramNames => _programs.Keys;

    /// <summary>libbpf's object, for what only libbpf can attach.</summary>
    internal ObjectHandle Handle => _handle;

    /// <summary>Takes out a program. The caller disposes it.</summary>
    /// <param name="name">The name of the C function.</param>
    /// <exception cref="KeyNotFoundException">There is none, or it was not loaded; the message lists those there are.</exception>
    public BpfProgram Program(string name) =>
        TryGetProgram(name, out BpfProgram? program) ? program : throw Missing("program", name, _programs.Keys);

    /// <summary>Takes out a program, if there is one. The caller disposes it.</summary>
    /// <param name="name">The name of the C function.</param>
    /// <param name="program">The program.</param>
    public unsafe bool TryGetProgram(string name, [NotNullWhen(true)] out BpfProgram? program)
    {
        program = null;
        if (_programs.TryGetValue(name, out nint native))
        {
            using ObjectHandle.ObjectLease lease = _handle.Lease();
            program = new BpfProgram(
                _handle.DuplicateProgram(native, $"program {name}"),
                name,
                NativeText.Read(LibBpf.bpf_program__section_name(native)),
                (BpfAttachType)LibBpf.bpf_program__expected_attach_type(native));
        }

        return program is not null;
    }

    /// <summary>Takes out a map as bytes. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfMap Map(string name) =>
        TryGetMap(name, out BpfMap? map) ? map : throw Missing("map", name, _maps.Keys);

    /// <summary>Takes out a map as bytes, if there is one. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <param name="map">The map.</param>
    public bool TryGetMap(string name, [NotNullWhen(true)] out BpfMap? map)
    {
        map = null;
        if (_maps.TryGetValue(name, out var found))
        {
            using ObjectHandle.ObjectLease lease = _handle.Lease();
            map = new BpfMap(_handle.DuplicateMap(found.Native, $"map {name}"), name, found.Definition.Btf);
        }

        return map is not null;
    }

    /// <summary>What the verifier wrote about a program it accepted.</summary>
    /// <param name="program">The name of the C function.</param>
    /// <returns>The whole log; empty when <see cref="BpfObjectOptions.LogLevel"/> asked for none.</returns>
    /// <exception cref="KeyNotFoundException">No such program was loaded.</exception>
    public string VerifierLog(string program) => _programs.ContainsKey(program)
        ? _logs?.GetValueOrDefault(program) ?? ""
        : throw Missing("program", program, _programs.Keys);

    /// <summary>Closes the object's own descriptors. What nobody else holds, attached or pinned is unloaded by the kernel. References to
    /// global variables are cut off from the programs.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        UnmapGlobals();
    }

    /// <summary>libbpf's map or program of a name, valid while <see cref="Handle"/> is leased; 0 when there is none.</summary>
    internal nint NativeMap(string name) => _maps.TryGetValue(name, out var found) ? found.Native : 0;

    /// <inheritdoc cref="NativeMap"/>
    internal nint NativeProgram(string name) => _programs.GetValueOrDefault(name);

    private KeyNotFoundException Missing(string kind, string name, IEnumerable<string> known) =>
        new($"{Name} has no {kind} {name}. It has: {string.Join(", ", known)}.");
}
