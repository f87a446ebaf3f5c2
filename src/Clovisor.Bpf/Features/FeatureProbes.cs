using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;
using static Clovisor.Bpf.Instructions.BpfRegister;

namespace Clovisor.Bpf.Features;

/// <summary>How each feature of <see cref="BpfFeatures"/> is tried.</summary>
internal static unsafe class FeatureProbes
{
    private const string BtfPath = "/sys/kernel/btf/vmlinux";
    private const uint Mappable = 1 << 10;
    private const int MoreThanOlderKernelsTake = 4097;

    // The loopback device has index 1 in every network namespace.
    internal static BpfProbeResult Tcx()
    {
        var attributes = new ProgramQueryAttributes { Target = 1, AttachType = (uint)TcxHook.AttachType(TcDirection.Ingress) };
        return Classify("Asking what is attached by tcx to the loopback device", BpfSyscall.Call(BpfCommand.ProgramQuery, ref attributes));
    }

    internal static BpfProbeResult Batch()
    {
        using BpfHandle? map = MapProbes.Make(new() { Type = (uint)BpfMapType.Hash, KeySize = 4, ValueSize = 4, MaxEntries = 1 }, out int errno);
        if (map is null)
        {
            return ProbeAnswers.Unknown($"Making a map to try it on gave {Errno.NameOf(errno)}.");
        }

        uint key = 0, value = 0;
        ulong cursor = 0;
        var attributes = new MapBatchAttributes
        {
            OutBatch = (ulong)(&cursor), Keys = (ulong)(&key), Values = (ulong)(&value), Count = 1, MapDescriptor = (uint)map.DangerousGetHandle(),
        };
        int result = BpfSyscall.Call(BpfCommand.MapLookupBatch, ref attributes);

        // An empty map ends at once.
        return Classify("Reading a batch of an empty map", result == -Errno.ENOENT ? 0 : result);
    }

    internal static BpfProbeResult TestRun()
    {
        using BpfHandle? program = ProgramAttempt.Load(BpfProgramType.SchedulerClassifier, null, ProgramAttempt.ReturnZero, out int errno, out _);
        if (program is null)
        {
            return ProbeAnswers.Unknown($"Loading a program to run gave {Errno.NameOf(errno)}.");
        }

        byte* packet = stackalloc byte[64];
        var run = new TestRunAttributes { ProgramDescriptor = (uint)program.DangerousGetHandle(), DataIn = (ulong)packet, DataSizeIn = 64, Repeat = 1 };
        return Classify("Running a program on a packet", BpfSyscall.Call(BpfCommand.ProgramTestRun, ref run));
    }

    internal static BpfProbeResult KernelBtf() =>
        File.Exists(BtfPath) ? ProbeAnswers.Yes($"{BtfPath} exists.")
        : Directory.Exists("/sys/kernel") ? ProbeAnswers.No($"{BtfPath} does not exist.")
        : ProbeAnswers.Unknown("/sys is not mounted.");

    internal static BpfProbeResult FileSystem()
    {
        const string Known = "/proc/filesystems";
        if (BpfFileSystem.IsBpfFileSystem(BpfFileSystem.DefaultPath))
        {
            return ProbeAnswers.Yes($"It is mounted at {BpfFileSystem.DefaultPath}.");
        }

        try
        {
            return Array.Exists(File.ReadAllLines(Known), static line => line.EndsWith("\tbpf", StringComparison.Ordinal))
                ? ProbeAnswers.Yes($"{Known} lists it.")
                : ProbeAnswers.No($"{Known} does not list it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ProbeAnswers.Unknown($"{Known} cannot be read: {e.Message}");
        }
    }

    internal static BpfProbeResult MappedArray()
    {
        using BpfHandle? map = MapProbes.Make(new() { Type = (uint)BpfMapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, Flags = Mappable }, out int errno);
        return map is not null ? ProbeAnswers.Yes("Such an array was made.") : ProbeAnswers.FromErrno("Making such an array", errno, MapProbes.Control);
    }

    internal static BpfProbeResult GlobalData()
    {
        using BpfHandle? map = MapProbes.Make(new() { Type = (uint)BpfMapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 }, out int errno);
        return map is null
            ? ProbeAnswers.Unknown($"Making a map to try it on gave {Errno.NameOf(errno)}.")
            : Load(new BpfAssembler()
                .Add(new(Opcodes.LoadImmediate64, R1, (BpfRegister)Opcodes.PseudoMapValue, 0, (int)map.DangerousGetHandle())).Add(default)
                .Store(R1, 0, 1, BpfSize.DoubleWord).Move(R0, 0).Exit());
    }

    internal static BpfProbeResult BoundedLoop()
    {
        var assembler = new BpfAssembler();
        BpfLabel again = assembler.DefineLabel();
        return Load(assembler.Move(R0, 4).MarkLabel(again).Alu(BpfOperation.Subtract, R0, 1).JumpIf(BpfCondition.NotEqual, R0, 0, again).Exit());
    }

    internal static BpfProbeResult LargeProgram()
    {
        var assembler = new BpfAssembler();
        while (assembler.Count < MoreThanOlderKernelsTake)
        {
            assembler.Move(R0, 0);
        }

        return Load(assembler.Exit());
    }

    internal static BpfProbeResult InstructionSet3()
    {
        var assembler = new BpfAssembler();
        BpfLabel end = assembler.DefineLabel();
        return Load(assembler.Move(R0, 0).JumpIf32(BpfCondition.Less, R0, 1, end).Move(R0, 1).MarkLabel(end).Exit());
    }

    internal static BpfProbeResult InstructionSet4() =>
        Load(new BpfAssembler().Move(R0, 1).MoveSigned(R0, R0, 8).SwapBytes(R0, 16).Move(R0, 0).Exit());

    internal static BpfProbeResult AtomicFetch() =>
        Load(new BpfAssembler().Store(R10, -8, 1, BpfSize.DoubleWord).Move(R1, 1)
            .Atomic(BpfAtomic.FetchAdd, R10, -8, R1, BpfSize.DoubleWord).Move(R0, 0).Exit());

    private static BpfProbeResult Load(BpfAssembler assembler)
    {
        using BpfHandle? program = ProgramAttempt.LoadQuietly(BpfProgramType.SocketFilter, assembler.ToArray(), out int errno);
        return program is not null ? ProbeAnswers.Yes("A program that uses it was loaded.") : ProbeAnswers.FromErrno("Loading a program that uses it", errno, ProgramAttempt.Control);
    }

    private static BpfProbeResult Classify(string tried, int result) =>
        result >= 0 ? ProbeAnswers.Yes($"{tried} succeeded.") : ProbeAnswers.FromErrno(tried, -result, MapProbes.Control);
}
