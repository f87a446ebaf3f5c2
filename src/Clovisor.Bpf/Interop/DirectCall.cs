using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>
/// bpf(2) on the shortest way, for operations that take about as long as a few dozen returns: after a system call the processor predicts
/// no return of the calls around it. The class has no static constructor, since the check for it would keep the call from being inlined.
/// </summary>
internal static unsafe partial class DirectCall
{
    private static nint s_number;

    /// <summary>Runs one command. Throws nothing and calls nobody back.</summary>
    /// <returns>The kernel's non-negative answer, or -1: then ask for <see cref="Errno"/> before anything else is called.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint Run(BpfCommand command, void* attributes, int size)
    {
        nint number = s_number;
        if (number == 0)
        {
            number = Prepare();
        }

        return syscall(number, (nint)command, attributes, size);
    }

    /// <summary>Why the last call of this thread failed.</summary>
    internal static int Errno() => Marshal.GetLastSystemError();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Prepare()
    {
        NativeLibraries.Initialize();
        return s_number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 321,
            Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 280,
            Architecture.S390x => 351,
            Architecture.Ppc64le => 361,
            _ => -1,
        };
    }

    // Variadic in C. On the Linux ABIs we run on, integer arguments of variadic functions travel as those of others do.
    // The caller takes errno itself, right after a call that failed, as the marshaller would after every call: that is three
    // calls less for an operation that takes about as long as thirty.
    [LibraryImport(NativeLibraries.LibC)]
    private static partial nint syscall(nint number, nint command, void* attributes, nint size);
}
