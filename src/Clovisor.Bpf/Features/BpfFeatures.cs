using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf.Features;

/// <summary>The features that this library uses where it finds them.</summary>
public static unsafe class BpfFeatures
{
    private const string BtfPath = "/sys/kernel/btf/vmlinux";

    /// <summary>Programs at traffic control held by links.</summary>
    public static BpfFeature Tcx { get; } = new(
        "tcx", new Version(6, 6), "TcAttachment falls back to clsact.", ProbeTcx);

    /// <summary>Reading, writing and removing many map entries by one call.</summary>
    public static BpfFeature BatchOperations { get; } = new(
        "map batch operations", new Version(5, 6), "Maps are walked key by key, which takes about ten times as long.", ProbeBatch);

    /// <summary>Running a traffic control program on a packet without a device.</summary>
    public static BpfFeature TestRun { get; } = new(
        "test-run", new Version(4, 12), "BpfProgram.TestRun cannot be used.", ProbeTestRun);

    /// <summary>The kernel's own type information, which programs compiled once and run everywhere need.</summary>
    public static BpfFeature Btf { get; } = new(
        "kernel BTF", new Version(5, 4), "Use a kernel that is built with CONFIG_DEBUG_INFO_BTF.", static () =>
            File.Exists(BtfPath) ? BpfSupport.Supported : Directory.Exists("/sys/kernel") ? BpfSupport.Unsupported : BpfSupport.Unknown);

    /// <summary>The file system for pins.</summary>
    public static BpfFeature FileSystem { get; } = new(
        "BPF file system", new Version(4, 4), "Use a kernel that is built with CONFIG_BPF_SYSCALL.", ProbeFileSystem);

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<BpfFeature> All { get; } = [Tcx, BatchOperations, TestRun, Btf, FileSystem];

    // The loopback device has index 1 in every network namespace.
    internal static BpfSupport ProbeTcx()
    {
        var attributes = new ProgramQueryAttributes { Target = 1, AttachType = (uint)TcxHook.AttachType(TcDirection.Ingress) };
        return Classify(BpfSyscall.Call(BpfCommand.ProgramQuery, ref attributes));
    }

    internal static BpfSupport ProbeBatch()
    {
        try
        {
            using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clv_probe", sizeof(uint), sizeof(uint), 1);
            uint key = 0, value = 0, count = 1;
            ulong cursor = 0;
            int result = map.Batch(BpfCommand.MapLookupBatch, null, &cursor, &key, &value, ref count);

            // An empty map ends at once.
            return result == -Errno.ENOENT ? BpfSupport.Supported : Classify(result);
        }
        catch (BpfException)
        {
            return BpfSupport.Unknown;
        }
    }

    // r0 = 0; exit
    internal static BpfSupport ProbeTestRun()
    {
        ReadOnlySpan<ulong> instructions = [0x00000000000000B7, 0x0000000000000095];
        fixed (ulong* code = instructions)
        fixed (byte* license = "GPL\0"u8)
        {
            var load = new ProgramLoadAttributes
            {
                Type = (uint)Programs.BpfProgramType.SchedulerClassifier,
                InstructionCount = (uint)instructions.Length,
                Instructions = (ulong)code,
                License = (ulong)license,
            };
            int descriptor = BpfSyscall.Call(BpfCommand.ProgramLoad, ref load);
            if (descriptor < 0)
            {
                return BpfSupport.Unknown;
            }

            using var handle = new BpfHandle(descriptor);
            byte* packet = stackalloc byte[64];
            var run = new TestRunAttributes { ProgramDescriptor = (uint)descriptor, DataIn = (ulong)packet, DataSizeIn = 64, Repeat = 1 };
            return Classify(BpfSyscall.Call(BpfCommand.ProgramTestRun, ref run));
        }
    }

    private static BpfSupport ProbeFileSystem()
    {
        if (BpfFileSystem.IsBpfFileSystem(BpfFileSystem.DefaultPath))
        {
            return BpfSupport.Supported;
        }

        try
        {
            return Array.Exists(File.ReadAllLines("/proc/filesystems"), static line => line.EndsWith("\tbpf", StringComparison.Ordinal))
                ? BpfSupport.Supported
                : BpfSupport.Unsupported;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return BpfSupport.Unknown;
        }
    }

    private static BpfSupport Classify(int result) => result switch
    {
        >= 0 => BpfSupport.Supported,
        -Errno.EINVAL or -Errno.ENOTSUPP or -Errno.EOPNOTSUPP => BpfSupport.Unsupported,
        _ => BpfSupport.Unknown,
    };
}
