using System.Reflection;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>Finds the native libraries: <c>CLOVISOR_LIBBPF</c> first, then the system's <c>libbpf.so.1</c>.</summary>
internal static class NativeLibraries
{
    internal const string LibC = "libc";
    internal const string LibBpf = "libbpf";

    /// <summary>Names the file to use instead of <c>libbpf.so.1</c>.</summary>
    internal const string OverrideVariable = "CLOVISOR_LIBBPF";

    private const string LibBpfFile = "libbpf.so.1";
    private static readonly Lazy<Found> LibBpfSearch = new(FindLibBpf);

    // A type initializer and no module initializer: nothing runs in a process that only references the assembly.
    static NativeLibraries() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    /// <summary>Why libbpf cannot be used; null when it can.</summary>
    internal static string? LibBpfMissing => LibBpfSearch.Value.Reason;

    /// <summary>The name under which libbpf was found; null when it was not.</summary>
    internal static string? LibBpfPath => LibBpfSearch.Value.Path;

    /// <summary>Makes sure that the resolver is in place before the first native call of the calling class.</summary>
    internal static void Initialize()
    {
        // Running the type initializer is the effect.
    }

    /// <summary>Whether libbpf exports a function that the oldest supported version lacks.</summary>
    internal static bool TryGetLibBpfExport(string name, out nint address)
    {
        address = 0;
        return LibBpfSearch.Value.Handle != 0 && NativeLibrary.TryGetExport(LibBpfSearch.Value.Handle, name, out address);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        LibBpf => LibBpfSearch.Value.Handle,
        LibC when NativeLibrary.TryLoad("libc.so.6", out nint glibc) => glibc,
        LibC when NativeLibrary.TryLoad("libc.so", out nint musl) => musl,
        _ => 0,
    };

    private static Found FindLibBpf()
    {
        string? chosen = Environment.GetEnvironmentVariable(OverrideVariable);
        string file = string.IsNullOrEmpty(chosen) ? LibBpfFile : chosen;
        string tried = string.IsNullOrEmpty(chosen) ? file : $"{file} (set by {OverrideVariable})";

        if (!NativeLibrary.TryLoad(file, out nint handle))
        {
            return new Found(0, null, $"{tried} could not be loaded. {Install}");
        }

        // The newest function that loading needs: a 0.x library lacks the error conventions of 1.0 as well.
        return NativeLibrary.TryGetExport(handle, "libbpf_major_version", out _)
            && NativeLibrary.TryGetExport(handle, "bpf_program__set_log_buf", out _)
            ? new Found(handle, file, null)
            : new Found(0, null, $"{tried} is not libbpf 1.0 or newer. {Install}");
    }

    private static string Install =>
        $"Install libbpf 1.0 or newer (Debian, Ubuntu: apt-get install libbpf1; Fedora: dnf install libbpf; Alpine: apk add libbpf), or set {OverrideVariable} to the path of libbpf.so.1.";

    private sealed record Found(nint Handle, string? Path, string? Reason);
}
