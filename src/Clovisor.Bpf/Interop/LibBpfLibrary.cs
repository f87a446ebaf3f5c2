namespace Clovisor.Bpf.Interop;

/// <summary>Asks for libbpf before it is called, so that its absence is a message and not a loader error.</summary>
internal static class LibBpfLibrary
{
    internal static void Require(string operation, string target)
    {
        if (NativeLibraries.LibBpfMissing is { } reason)
        {
            throw new BpfNotSupportedException(operation, target, 0, $"libbpf is needed for it, and {reason}");
        }
    }

    /// <summary>The version, <c>1.1</c>; null when libbpf cannot be used.</summary>
    internal static string? Version =>
        NativeLibraries.LibBpfMissing is null ? $"{LibBpf.libbpf_major_version()}.{LibBpf.libbpf_minor_version()}" : null;
}
