using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// perf_event_open(2), as far as the output of programs needs it.
internal static unsafe partial class LibC
{
    internal const uint PERF_TYPE_SOFTWARE = 1;
    internal const ulong PERF_COUNT_SW_BPF_OUTPUT = 10;
    internal const ulong PERF_SAMPLE_RAW = 1 << 10;
    internal const nuint PERF_FLAG_FD_CLOEXEC = 8;
    internal const nuint PERF_EVENT_IOC_ENABLE = 0x2400;
    internal const uint PERF_RECORD_LOST = 2;
    internal const uint PERF_RECORD_SAMPLE = 9;

    /// <summary>In the flags of <see cref="PerfEventAttributes"/>: the wake-up is counted in bytes and not in records.</summary>
    internal const ulong PERF_WATERMARK = 1 << 14;

    /// <summary>Offsets in <c>struct perf_event_mmap_page</c>.</summary>
    internal const int PERF_DATA_HEAD = 1024;

    internal const int PERF_DATA_TAIL = 1032;

    internal static nint PerfEventOpenNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 298 : 241;

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint perf_event_open(nint number, PerfEventAttributes* attributes, nint process, nint cpu, nint group, nuint flags);

    /// <summary><c>struct perf_event_attr</c> of Linux 4.1 (<c>PERF_ATTR_SIZE_VER5</c>); later members are zero for a kernel that has them.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    internal struct PerfEventAttributes
    {
        internal uint Type;
        internal uint Size;
        internal ulong Config;
        internal ulong SamplePeriod;
        internal ulong SampleType;
        internal ulong ReadFormat;
        internal ulong Flags;
        internal uint Wakeup;
    }
}
