using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf;

/// <summary>What this machine offers to BPF: whether libbpf can be used, and what stands in the way of loading programs.</summary>
public static class BpfRuntime
{
    /// <summary>Whether libbpf 1.0 or newer was found. Asked once; only reading and loading object files needs it.</summary>
    public static bool IsLibBpfAvailable => NativeLibraries.LibBpfMissing is null;

    /// <summary>Why libbpf cannot be used and what to install; null when it can.</summary>
    public static string? LibBpfUnavailableReason => NativeLibraries.LibBpfMissing;

    /// <summary>The version of libbpf in use, as <c>1.1</c>; null when there is none.</summary>
    public static string? LibBpfVersion => LibBpfLibrary.Version;

    /// <summary>The file that libbpf was loaded from: <c>libbpf.so.1</c>, or what <c>CLOVISOR_LIBBPF</c> names; null when there is none.</summary>
    public static string? LibBpfPath => NativeLibraries.LibBpfPath;
}
