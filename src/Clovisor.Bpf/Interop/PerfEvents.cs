using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Interop;

/// <summary>perf_event_open(2), as far as BPF programs hang on it.</summary>
internal static unsafe class PerfEvents
{
    internal const uint TypeTracepoint = 2;

    private const nuint Enable = 0x2400;
    private const nuint Disable = 0x2401;
    private const nuint SetProgram = 0x40042408;
    private const nint CloseOnExec = 8;
    private const nint None = -1;

    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 241,
        Architecture.S390x => 331,
        Architecture.Ppc64le => 319,
        _ => -1,
    };

    /// <summary>Opens an event. A descriptor, or minus errno.</summary>
    internal static int Open(ref PerfEventAttributes attributes, int processId, int cpu)
    {
        attributes.Size = (uint)sizeof(PerfEventAttributes);
        fixed (PerfEventAttributes* pointer = &attributes)
        {
            nint result = LibC.perf_event_open(Number, pointer, processId, cpu, None, CloseOnExec);
            return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Has a program run at the event, without a link. 0 or minus errno.</summary>
    internal static int Attach(BpfHandle perfEvent, BpfHandle program)
    {
        using BpfHandle.FdLease target = perfEvent.Lease();
        using BpfHandle.FdLease lease = program.Lease();
        return LibC.ioctl(target.Descriptor, SetProgram, lease.Descriptor) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Starts or stops the event. 0 or minus errno.</summary>
    internal static int Switch(BpfHandle perfEvent, bool on)
    {
        using BpfHandle.FdLease target = perfEvent.Lease();
        return LibC.ioctl(target.Descriptor, on ? Enable : Disable, 0) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }
}

/// <summary><c>struct perf_event_attr</c> of its first version with all that is set here: 112 bytes, which kernels from 4.1 on know.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal struct PerfEventAttributes
{
    internal const ulong UseFrequency = 1 << 10;

    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(4)]
    internal uint Size;

    [FieldOffset(8)]
    internal ulong Config;

    /// <summary>Events between two runs, or runs a second with <see cref="UseFrequency"/>.</summary>
    [FieldOffset(16)]
    internal ulong SamplePeriod;

    [FieldOffset(24)]
    internal ulong SampleType;

    [FieldOffset(40)]
    internal ulong Flags;

    [FieldOffset(48)]
    internal uint WakeupEvents;

    /// <summary>A pointer to the function's name or the file's path.</summary>
    [FieldOffset(56)]
    internal ulong Config1;

    /// <summary>The function's address, or an offset.</summary>
    [FieldOffset(64)]
    internal ulong Config2;
}
