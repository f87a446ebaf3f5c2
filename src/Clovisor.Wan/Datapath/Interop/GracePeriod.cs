using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Interop;

/// <summary>Waits until every program run that had begun has ended.</summary>
internal static partial class GracePeriod
{
    private const int MembarrierGlobal = 1;

    private static readonly nint MembarrierNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 324 : 283;

    /// <summary>
    /// Takes milliseconds. A kernel built without it, or one that isolates CPUs (<c>nohz_full</c>), refuses; then the two system calls
    /// around it are all the distance there is, which is longer than a program runs.
    /// </summary>
    internal static void Wait() => _ = SystemCall(MembarrierNumber, MembarrierGlobal, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint command, nint flags, nint cpu);
}
