using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Programs;

public sealed unsafe partial class BpfProgram
{
    // A signal ends a long run early; with a single repetition the program has run, but what it did to the output is lost.
    private const int InterruptedRetries = 16;

    /// <summary>Runs the program once on a packet, without any device. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 4.12.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the program left it; may be empty.</param>
    /// <exception cref="BpfException">The packet is too short, the program's type cannot be test-run, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output) => Run(packet, output, 1, null);

    /// <summary>Runs the program many times on copies of a packet, to measure it.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the last run left it; may be empty.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean. The packet is not restored between the runs.</param>
    /// <exception cref="BpfException">The packet is too short, the program's type cannot be test-run, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output, int repeat) => Run(packet, output, repeat, null);

    /// <summary>Runs the program with metadata of the packet. From Linux 5.2.</summary>
    /// <param name="packet">The packet from its Ethernet header on; at least 14 bytes, and the whole IP header where it has one.</param>
    /// <param name="output">Takes the packet as the program left it; may be empty.</param>
    /// <param name="context">The metadata; comes back as the program left it.</param>
    /// <param name="repeat">How often it runs, at least once; the time given is the mean.</param>
    /// <exception cref="BpfException">The packet is too short, the device does not exist, or the kernel refused otherwise.</exception>
    public BpfTestRunResult TestRun(ReadOnlySpan<byte> packet, Span<byte> output, ref BpfSkbContext context, int repeat)
    {
        fixed (BpfSkbContext* pointer = &context)
        {
            return Run(packet, output, repeat, pointer);
        }
    }

    private BpfTestRunResult Run(ReadOnlySpan<byte> packet, Span<byte> output, int repeat, BpfSkbContext* context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        using BpfHandle.FdLease lease = Handle.Lease();
        BpfSkbContext contextIn = context is null ? default : *context;
        fixed (byte* input = packet, result = output)
        {
            for (int attempt = 0; ; attempt++)
            {
                var attributes = new TestRunAttributes
                {
                    ProgramDescriptor = (uint)lease.Descriptor,
                    DataIn = (ulong)input,
                    DataSizeIn = (uint)packet.Length,
                    DataOut = (ulong)result,
                    DataSizeOut = (uint)output.Length,
                    Repeat = (uint)repeat,
                    ContextIn = (ulong)(context is null ? null : &contextIn),
                    ContextSizeIn = context is null ? 0 : (uint)sizeof(BpfSkbContext),
                    ContextOut = (ulong)context,
                    ContextSizeOut = context is null ? 0 : (uint)sizeof(BpfSkbContext),
                };
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
        Errno.EINVAL when length < 14 => $"The packet has {length} bytes; the kernel wants a whole Ethernet header of 14.",
        Errno.EINVAL => $"The kernel refuses a packet of {length} bytes that ends within its IP header, and metadata other than BpfSkbContext's.",
        Errno.ENODEV => "The context names a network device that does not exist in this network namespace.",
        Errno.ENOTSUPP => $"Programs of type {Type} cannot be test-run on this kernel.",
        _ => null,
    };
}
