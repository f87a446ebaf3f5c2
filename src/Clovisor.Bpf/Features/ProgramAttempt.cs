using System.Text;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Features;

/// <summary>Tries to load a few instructions, and keeps what the verifier said.</summary>
internal static unsafe class ProgramAttempt
{
    private const int LogBytes = 8192;
    private const uint Sleepable = 1 << 4;

    internal static readonly BpfInstruction[] ReturnZero = new BpfAssembler().Move(BpfRegister.R0, 0).Exit().ToArray();

    // Some places take no other result.
    internal static readonly BpfInstruction[] ReturnOne = new BpfAssembler().Move(BpfRegister.R0, 1).Exit().ToArray();

    /// <summary>A load that every kernel takes from a process that may load at all.</summary>
    internal static int Control()
    {
        using BpfHandle? program = Load(BpfProgramType.SocketFilter, null, ReturnZero, out int errno, out _);
        return program is null ? -errno : 0;
    }

    /// <summary>Loads; null with an error number and the verifier's log when the kernel refused.</summary>
    internal static BpfHandle? Load(BpfProgramType type, BpfAttachType? place, ReadOnlySpan<BpfInstruction> code, out int errno, out string log) =>
        Load(type, place, code, new byte[LogBytes], out errno, out log);

    /// <summary>Loads without a log, which for a long program would be longer than its room, and the load refused for that.</summary>
    internal static BpfHandle? LoadQuietly(BpfProgramType type, ReadOnlySpan<BpfInstruction> code, out int errno) =>
        Load(type, null, code, [], out errno, out _);

    private static BpfHandle? Load(
        BpfProgramType type, BpfAttachType? place, ReadOnlySpan<BpfInstruction> code, byte[] buffer, out int errno, out string log)
    {
        fixed (BpfInstruction* instructions = code)
        fixed (byte* text = buffer)
        fixed (byte* license = "GPL\0"u8)
        {
            var attributes = new ProgramLoadAttributes
            {
                Type = (uint)type,
                InstructionCount = (uint)code.Length,
                Instructions = (ulong)instructions,
                License = (ulong)license,
                LogLevel = buffer.Length == 0 ? 0 : 1u,
                LogBuffer = (ulong)text,
                LogSize = (uint)buffer.Length,
                ExpectedAttachType = (uint)(place ?? DefaultPlace(type)),
                AttachBtfId = NeedsTarget(type) ? 1u : 0,
                Flags = type == BpfProgramType.Syscall ? Sleepable : 0,
            };
            int result;
            int attempts = 0;
            do
            {
                result = BpfSyscall.Call(BpfCommand.ProgramLoad, ref attributes);
            }
            while (result == -Errno.EAGAIN && ++attempts < 16);

            errno = Math.Max(0, -result);
            log = Encoding.UTF8.GetString(buffer, 0, Math.Max(0, Array.IndexOf(buffer, (byte)0)));
            return result < 0 ? null : new BpfHandle(result);
        }
    }

    /// <summary>Types that are loaded for one function of the kernel. Number 1 of its BTF is none, so the verifier says which kind it wants.</summary>
    internal static bool NeedsTarget(BpfProgramType type) =>
        type is BpfProgramType.Tracing or BpfProgramType.Lsm or BpfProgramType.Extension or BpfProgramType.StructOperations;

    // A place that the type has had since it exists.
    private static BpfAttachType DefaultPlace(BpfProgramType type) => type switch
    {
        BpfProgramType.CgroupSocketAddress => BpfAttachType.CgroupInet4Connect,
        BpfProgramType.CgroupSocketOption => BpfAttachType.CgroupGetSocketOption,
        BpfProgramType.CgroupSocket => BpfAttachType.CgroupInetSocketCreate,
        BpfProgramType.SocketLookup => BpfAttachType.SocketLookup,
        BpfProgramType.SocketReusePort => BpfAttachType.SocketReusePortSelect,
        BpfProgramType.Netfilter => BpfAttachType.Netfilter,
        BpfProgramType.Tracing => BpfAttachType.TraceFentry,
        BpfProgramType.Lsm => BpfAttachType.LsmMac,
        _ => 0,
    };
}
