using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// What keeps its state in libbpf's object, and so is attached through it.
internal static unsafe partial class LibBpf
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint bpf_program__attach_usdt(nint program, int pid, byte* binary, byte* provider, byte* name, UsdtOptions* options);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint bpf_map__attach_struct_ops(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_link__destroy(nint link);

    /// <summary><c>struct bpf_usdt_opts</c>.</summary>
    internal struct UsdtOptions
    {
        internal nuint Size;
        internal ulong Cookie;
    }
}
