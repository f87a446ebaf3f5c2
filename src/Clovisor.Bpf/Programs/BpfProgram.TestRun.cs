using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Programs;

public sealed unsafe partial class BpfProgram
{
    // A signal ends a long run early; with a single repetition the program has run, but what it did to the output is lost.
    private const int InterruptedRetries = 16;
    private const uint ChecksumComplete = 4;

    /// <summary>Runs the program once on a packet, without any device. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 4.12.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the program left it; may be empty.</param>
    /// <exception cref="BpfException">The packet is too short, the program's type cannot be test-run, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output) => Run(packet, output, default, default, 1);

    /// <summary>Runs the program many times on copies of a packet, to measure it.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the last run left it; may be empty.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean. The packet is not restored between the runs.</param>
    /// <exception cref="BpfException">The packet is too short, the program's type cannot be test-run, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output, int repeat) => Run(packet, output, default, default, repeat);

    /// <summary>Runs the program with metadata of the packet. From Linux 5.2.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the program left it; may be empty.</param>
    /// <param name="context">The metadata; comes back as the program left it.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean.</param>
    /// <exception cref="BpfException">The packet is too short, the device does not exist, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output, ref BpfSkbContext context, int repeat)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<BpfSkbContext>(ref context));
        return Run(packet, output, bytes, bytes, repeat);
    }

    /// <summary>
    /// Runs the program once on a packet that a device has summed whole (<c>CHECKSUM_COMPLETE</c>), and has the kernel compare that sum with what the program left: a program
    /// that changes bytes and not the sum makes the stack drop packets on such devices. From Linux 6.17.
    /// </summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the program left it; may be empty.</param>
    /// <param name="context">The metadata; comes back as the program left it.</param>
    /// <exception cref="BpfException">EBADMSG: the sum is not that of the packet any more. Otherwise the kernel refused, an older one with EINVAL.</exception>
    public BpfTestRunResult TestRunSummed(ReadOnlySpan<byte> packet, Span<byte> output, ref BpfSkbContext context)
    {
        RequireType("TestRunSummed", BpfProgramType.SchedulerClassifier, BpfProgramType.SchedulerAction);
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<BpfSkbContext>(ref context));
        return Run(packet, output, bytes, bytes, new TestRunAttributes { Repeat = 1, Flags = ChecksumComplete });
    }

    private BpfTestRunResult Run(ReadOnlySpan<byte> packet, Span<byte> output, ReadOnlySpan<byte> contextIn, Span<byte> contextOut, int repeat)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        return Run(packet, output, contextIn, contextOut, new TestRunAttributes { Repeat = (uint)repeat });
    }

    /// <summary>Runs with the settings of a kind; the kernel refuses those that do not fit the kind, zero ones apart.</summary>
    private BpfTestRunResult Run(
        ReadOnlySpan<byte> packet, Span<byte> output, ReadOnlySpan<byte> contextIn, Span<byte> contextOut, in TestRunAttributes settings)
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        fixed (byte* input = packet, result = output, context = contextIn, contextResult = contextOut)
        {
            for (int attempt = 0; ; attempt++)
            {
                TestRunAttributes attributes = settings;
                attributes.ProgramDescriptor = (uint)lease.Descriptor;
                attributes.DataIn = (ulong)input;
                attributes.DataSizeIn = (uint)packet.Length;
                attributes.DataOut = (ulong)result;
                attributes.DataSizeOut = (uint)output.Length;
                attributes.ContextIn = (ulong)context;
                attributes.ContextSizeIn = (uint)contextIn.Length;
                attributes.ContextOut = (ulong)contextResult;
                attributes.ContextSizeOut = (uint)contextOut.Length;
                int answer = BpfSyscall.Call(BpfCommand.ProgramTestRun, ref attributes);
                if (answer == -Errno.EINTR && attempt < InterruptedRetries)
                {
                    continue;
                }

                // Too small an output buffer is not an error: the length says what was cut.
                if (answer < 0 && answer != -Errno.ENOSPC)
                {
                    throw BpfErrors.Create("test-run", $"program {Name}", -answer, Hint(-answer, packet.Length));
                }

                return new BpfTestRunResult(
                    (int)attributes.ReturnValue, TimeSpan.FromMicroseconds(attributes.Duration / 1000.0), (int)attributes.DataSizeOut)
                {
                    Nanoseconds = attributes.Duration,
                };
            }
        }
    }

    private string? Hint(int errno, int length) => errno switch
    {
        Errno.EBADMSG => "The sum that a device had made of the packet is not that of what the program left.",
        Errno.EINVAL when TakesPackets && length < 14 => $"The packet has {length} bytes; the kernel wants a whole Ethernet header of 14.",
        Errno.EINVAL when TakesPackets => $"The kernel refuses a packet of {length} bytes that ends within its IP header, and metadata other than the context's public members.",
        Errno.EINVAL => "The kernel refuses these arguments: too few or too many, a CPU that does not exist, or a kernel too old to run this type.",
        Errno.ENODEV => "The context names a network device that does not exist in this network namespace.",
        6 => "The CPU is not online.",
        Errno.E2BIG => "The batch is larger than 256 packets.",
        Errno.ERANGE => "A port is larger than 65535.",
        Errno.ENOTSUPP => $"Programs of type {Type} cannot be test-run on this kernel.",
        _ => null,
    };

    private bool TakesPackets => Type is BpfProgramType.SchedulerClassifier or BpfProgramType.SchedulerAction or BpfProgramType.SocketFilter
        or BpfProgramType.Xdp or BpfProgramType.CgroupSkb or BpfProgramType.FlowDissector or BpfProgramType.SocketSkb or BpfProgramType.Netfilter
        or BpfProgramType.LightweightTunnelIn or BpfProgramType.LightweightTunnelOut or BpfProgramType.LightweightTunnelXmit;
}
