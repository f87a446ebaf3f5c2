using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// What is read and set of maps and programs between opening and loading. All of it is in libbpf 1.0.
internal static unsafe partial class LibBpf
{
    [LibraryImport(Library)]
    internal static partial byte bpf_program__autoload(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_autoload(nint program, byte autoload);

    [LibraryImport(Library)]
    internal static partial int bpf_program__expected_attach_type(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_attach_target(nint program, int fd, byte* function);

    [LibraryImport(Library)]
    internal static partial byte bpf_map__is_internal(nint map);

    [LibraryImport(Library)]
    internal static partial byte bpf_map__autocreate(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_autocreate(nint map, byte autocreate);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_map_flags(nint map, uint flags);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__numa_node(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_numa_node(nint map, uint node);

    [LibraryImport(Library)]
    internal static partial ulong bpf_map__map_extra(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_map_extra(nint map, ulong extra);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_inner_map_fd(nint map, int fd);

    [LibraryImport(Library)]
    internal static partial byte* bpf_map__pin_path(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_pin_path(nint map, byte* path);

    /// <summary>The shape of the inner maps of a map of maps; 0 for other maps.</summary>
    [LibraryImport(Library)]
    internal static partial nint bpf_map__inner_map(nint map);

    /// <summary>The code as it is in the object, before relocation.</summary>
    [LibraryImport(Library)]
    internal static partial void* bpf_program__insns(nint program);

    [LibraryImport(Library)]
    internal static partial nuint bpf_program__insn_cnt(nint program);

    /// <summary>The bytes a data section starts with; writable until the object is loaded. Null for other maps.</summary>
    [LibraryImport(Library)]
    internal static partial byte* bpf_map__initial_value(nint map, nuint* size);

    /// <summary><c>struct bpf_object_open_opts</c>; libbpf reads as much as <see cref="Size"/> says, and refuses what it does not know.</summary>
    internal struct OpenOptions
    {
        internal nuint Size;
        internal byte* ObjectName;
        internal nuint RelaxedMaps;
        internal byte* PinRootPath;
        internal nuint Reserved;
        internal byte* KernelConfig;
        internal byte* CustomBtfPath;
        internal byte* LogBuffer;
        internal nuint LogSize;
        internal uint LogLevel;
        internal uint Padding;

        // From libbpf 1.5.
        internal byte* TokenPath;

        internal const int SizeWithoutToken = 80;
    }
}
