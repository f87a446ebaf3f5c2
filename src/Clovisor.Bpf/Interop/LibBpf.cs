using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>
/// libbpf 1.0 and newer, for reading objects and loading them; all else goes to the kernel directly. C names are kept.
/// Integer results are a negative errno on failure; pointers are null with errno set. Texts are borrowed from the object.
/// </summary>
internal static unsafe partial class LibBpf
{
    private const string Library = NativeLibraries.LibBpf;

    static LibBpf() => NativeLibraries.Initialize();

    [LibraryImport(Library)]
    internal static partial uint libbpf_major_version();

    [LibraryImport(Library)]
    internal static partial uint libbpf_minor_version();

    [LibraryImport(Library)]
    internal static partial byte* libbpf_version_string();

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged[Cdecl]<int, byte*, void*, int> libbpf_set_print(
        delegate* unmanaged[Cdecl]<int, byte*, void*, int> print);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint bpf_object__open_mem(void* bytes, nuint size, OpenOptions* options);

    [LibraryImport(Library)]
    internal static partial int bpf_object__load(nint bpfObject);

    [LibraryImport(Library)]
    internal static partial void bpf_object__close(nint bpfObject);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_program(nint bpfObject, nint previous);

    [LibraryImport(Library)]
    internal static partial byte* bpf_program__name(nint program);

    [LibraryImport(Library)]
    internal static partial byte* bpf_program__section_name(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__type(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_type(nint program, int type);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_expected_attach_type(nint program, int type);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_log_buf(nint program, byte* buffer, nuint size);

    [LibraryImport(Library)]
    internal static partial int bpf_program__fd(nint program);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_map(nint bpfObject, nint previous);

    [LibraryImport(Library)]
    internal static partial byte* bpf_map__name(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__type(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__key_size(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__value_size(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__max_entries(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_max_entries(nint map, uint maxEntries);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__map_flags(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__btf_key_type_id(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__btf_value_type_id(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__reuse_fd(nint map, int fd);

    [LibraryImport(Library)]
    internal static partial int bpf_map__fd(nint map);
}
