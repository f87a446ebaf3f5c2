using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Programs;

// Test-runs of programs that take no packet, or more than one. The kernel's rules differ from type to type, so each has a method.
public sealed unsafe partial class BpfProgram
{
    private const uint OnCpu = 1;
    private const uint LiveFrames = 2;

    /// <summary>Runs an XDP program on a packet. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 4.12; with metadata from 5.15.</summary>
    /// <param name="packet">Metadata, where the context says so, and the packet from its Ethernet header on.</param>
    /// <param name="output">Takes both as the program left them; may be empty.</param>
    /// <param name="context">The device and queue; comes back as the program left it.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean. The packet is not restored between the runs.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The packet is too short, the device does not exist, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunXdp(ReadOnlySpan<byte> packet, Span<byte> output, ref BpfXdpContext context, int repeat = 1)
    {
        RequireType("TestRunXdp", BpfProgramType.Xdp);
        context.PacketEnd = (uint)packet.Length;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<BpfXdpContext>(ref context));
        return Run(packet, output, bytes, bytes, repeat);
    }

    /// <summary>
    /// Runs an XDP program on copies of a packet whose verdicts are carried out: redirected and transmitted packets leave for real, passed ones enter the stack. A traffic generator. Needs
    /// CAP_NET_ADMIN and CAP_BPF, or root. From Linux 5.18.
    /// </summary>
    /// <param name="packet">The packet from its Ethernet header on. Every copy starts from it, unless the program sees a page again.</param>
    /// <param name="context">The device that the packets seem to come in by, and its queue.</param>
    /// <param name="repeat">How many packets, at least one.</param>
    /// <param name="batch">How many are carried out together: 1 to 256; 0 for 64.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The packet is too short, the device does not exist, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunXdpLive(ReadOnlySpan<byte> packet, BpfXdpContext context, int repeat, int batch = 0)
    {
        RequireType("TestRunXdpLive", BpfProgramType.Xdp);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        context.PacketEnd = (uint)packet.Length;
        return Run(
            packet,
            default,
            MemoryMarshal.AsBytes(new Span<BpfXdpContext>(ref context)),
            default,
            new TestRunAttributes { Repeat = (uint)repeat, Flags = LiveFrames, BatchSize = (uint)batch });
    }

    /// <summary>Runs a program for a raw trace point once. Needs CAP_PERFMON and CAP_BPF, or root. From Linux 5.10.</summary>
    /// <param name="arguments">The trace point's arguments, at most 12 and as many as the program reads.</param>
    /// <param name="cpu">The CPU to run on; null for the one that the caller happens to be on.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">There are too few arguments, the CPU is not online, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunRawTracepoint(ReadOnlySpan<ulong> arguments, int? cpu = null)
    {
        RequireType("TestRunRawTracepoint", BpfProgramType.RawTracepoint, BpfProgramType.RawTracepointWritable);
        return Run(
            default,
            default,
            MemoryMarshal.AsBytes(arguments),
            default,
            new TestRunAttributes { Flags = cpu is null ? 0 : OnCpu, Cpu = (uint)(cpu ?? 0) });
    }

    /// <summary>Runs a program that chooses sockets. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 5.13.</summary>
    /// <param name="context">The packet's addresses and ports; comes back with the cookie of the chosen socket.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfTestRunResult TestRunSocketLookup(ref BpfSocketLookupContext context, int repeat = 1)
    {
        RequireType("TestRunSocketLookup", BpfProgramType.SocketLookup);
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<BpfSocketLookupContext>(ref context));
        return Run(default, default, bytes, bytes, repeat);
    }

    /// <summary>
    /// Has the kernel call its functions for tests, <c>bpf_fentry_test1</c> and the like, so that a program attached to one runs once. The program must be attached. Needs
    /// CAP_PERFMON and CAP_BPF, or root. From Linux 5.7.
    /// </summary>
    /// <returns>The functions' result: for fmod_ret the result that was put in its place in the low 16 bits, the number of side effects above.</returns>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfTestRunResult TestRunTracing()
    {
        RequireType("TestRunTracing", BpfProgramType.Tracing);
        return Run(default, default, default, default, default(TestRunAttributes));
    }

    /// <summary>Runs a program that user space calls (<c>SEC("syscall")</c>). Needs CAP_BPF, or root. From Linux 5.14.</summary>
    /// <typeparam name="TContext">A struct of the layout of the program's argument, at most 65,535 bytes.</typeparam>
    /// <param name="context">The argument; comes back as the program left it.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The program reads more than the argument has, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunSyscall<TContext>(ref TContext context)
        where TContext : unmanaged => TestRunSyscall(MemoryMarshal.AsBytes(new Span<TContext>(ref context)));

    /// <summary>Runs a program that user space calls (<c>SEC("syscall")</c>). Needs CAP_BPF, or root. From Linux 5.14.</summary>
    /// <param name="context">The argument, at most 65,535 bytes; comes back as the program left it. May be empty.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The program reads more than the argument has, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunSyscall(Span<byte> context)
    {
        RequireType("TestRunSyscall", BpfProgramType.Syscall);

        // The kernel writes the argument back to where it was read from.
        return Run(default, default, context, default, default(TestRunAttributes));
    }

    /// <summary>Runs a program that splits headers. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 5.0.</summary>
    /// <param name="packet">The packet from its Ethernet header on, at least 14 bytes.</param>
    /// <param name="keys">Takes what the program found.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The packet is too short, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRunFlowDissector(ReadOnlySpan<byte> packet, out BpfFlowKeys keys, int repeat = 1)
    {
        RequireType("TestRunFlowDissector", BpfProgramType.FlowDissector);
        keys = default;
        return Run(packet, MemoryMarshal.AsBytes(new Span<BpfFlowKeys>(ref keys)), default, default, repeat);
    }
}
