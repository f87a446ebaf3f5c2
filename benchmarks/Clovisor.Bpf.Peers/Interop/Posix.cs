using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Peers.Interop;

/// <summary>What the benchmark needs of the C library to set the stage, and the control.</summary>
internal static unsafe partial class Posix
{
    private const int CloneNewNetwork = 0x40000000;
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MaskBytes = 1024;

    /// <summary>The highest CPU that this process may use.</summary>
    internal static int HighestCpu()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        if (sched_getaffinity(0, MaskBytes, mask) < 0)
        {
            throw new InvalidOperationException($"sched_getaffinity: errno {Marshal.GetLastPInvokeError()}");
        }

        for (int cpu = (MaskBytes * 8) - 1; cpu >= 0; cpu--)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0)
            {
                return cpu;
            }
        }

        throw new InvalidOperationException("No CPU may be used.");
    }

    /// <summary>Pins every thread that there is, and so those they start.</summary>
    internal static void Pin(int cpu)
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int thread = int.Parse(Path.GetFileName(task), System.Globalization.CultureInfo.InvariantCulture);
            if (sched_setaffinity(thread, MaskBytes, mask) != 0)
            {
                throw new InvalidOperationException($"sched_setaffinity to CPU {cpu}: errno {Marshal.GetLastPInvokeError()}");
            }
        }
    }

    /// <summary>Gives the calling thread a network namespace of its own, which ends with it.</summary>
    internal static void LeaveNetwork()
    {
        if (unshare(CloneNewNetwork) != 0)
        {
            throw new InvalidOperationException($"unshare: errno {Marshal.GetLastPInvokeError()}. Run as root.");
        }
    }

    /// <summary>Tells the C allocator to keep what is freed.</summary>
    internal static bool KeepHeap() => mallopt(MapThreshold, 32 << 20) == 1 && mallopt(TrimThreshold, 1 << 30) == 1;

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int getppid();

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int unshare(int flags);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sched_setaffinity(int thread, nuint size, byte* mask);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sched_getaffinity(int thread, nuint size, byte* mask);
}
