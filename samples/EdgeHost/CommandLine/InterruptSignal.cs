using System.Runtime.InteropServices;

namespace Clovisor.EdgeHost.CommandLine;

/// <summary>Sees to it that SIGINT reaches us.</summary>
internal static partial class InterruptSignal
{
    private const int Interrupt = 2;
    private const nint Default = 0;

    /// <summary>
    /// A shell without job control starts what runs in its background with SIGINT ignored, and the runtime respects that. A demo that
    /// has namespaces to remove must not: who sends it the signal wants it to end.
    /// </summary>
    public static void Restore() => _ = Signal(Interrupt, Default);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
