using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Features;

/// <summary>What the running kernel offers, found out by trying it and never by its version.</summary>
/// <remarks>
/// Every question has three answers: without privilege, and where the kernel's refusal can have another cause, it is
/// <see cref="BpfSupport.Unknown"/> with the reason. Firm answers are remembered for the process. Nothing is attached and nothing is
/// left behind. Needs no libbpf. Safe to use from any thread.
/// </remarks>
public static class BpfFeatures
{
    private static readonly ProbeAnswers<BpfProgramType> ProgramTypes = new();
    private static readonly ProbeAnswers<BpfMapType> MapTypes = new();
    private static readonly ProbeAnswers<BpfAttachType> AttachTypes = new();
    private static readonly ProbeAnswers<(BpfProgramType, BpfHelper)> Helpers = new();

    /// <summary>Programs at traffic control held by links.</summary>
    public static BpfFeature Tcx { get; } = new(
        "tcx", new Version(6, 6), "TcAttachment falls back to clsact.", FeatureProbes.Tcx);

    /// <summary>Reading, writing and removing many map entries by one call.</summary>
    public static BpfFeature BatchOperations { get; } = new(
        "map batch operations", new Version(5, 6), "Maps are walked key by key, which takes about ten times as long.", FeatureProbes.Batch);

    /// <summary>Running a traffic control program on a packet without a device.</summary>
    public static BpfFeature TestRun { get; } = new(
        "test-run", new Version(4, 12), "BpfProgram.TestRun cannot be used.", FeatureProbes.TestRun);

    /// <summary>The kernel's own type information, which programs compiled once and run everywhere need.</summary>
    public static BpfFeature Btf { get; } = new(
        "kernel BTF", new Version(5, 4), "Use a kernel that is built with CONFIG_DEBUG_INFO_BTF.", FeatureProbes.KernelBtf);

    /// <summary>The file system for pins.</summary>
    public static BpfFeature FileSystem { get; } = new(
        "BPF file system", new Version(4, 4), "Use a kernel that is built with CONFIG_BPF_SYSCALL.", FeatureProbes.FileSystem);

    /// <summary>Arrays that can be mapped into memory, and so global variables that are read without a call.</summary>
    public static BpfFeature MemoryMappedArrays { get; } = new(
        "memory-mapped arrays", new Version(5, 5), "Globals and arrays are read and written by system calls.", FeatureProbes.MappedArray);

    /// <summary>Loops with a bound that the verifier can see.</summary>
    public static BpfFeature BoundedLoops { get; } = new(
        "bounded loops", new Version(5, 3), "Compile with loops unrolled.", FeatureProbes.BoundedLoop);

    /// <summary>Programs of more than 4,096 instructions.</summary>
    public static BpfFeature LargePrograms { get; } = new(
        "programs of up to a million instructions", new Version(5, 2), "Split the program by tail calls.", FeatureProbes.LargeProgram);

    /// <summary>Global data: direct access to map values.</summary>
    public static BpfFeature GlobalData { get; } = new(
        "global data", new Version(5, 2), "Keep settings and counters in maps.", FeatureProbes.GlobalData);

    /// <summary>Instructions of 32-bit jumps (<c>-mcpu=v3</c>).</summary>
    public static BpfFeature InstructionSet3 { get; } = new(
        "instruction set v3", new Version(5, 1), "Compile with -mcpu=v2.", FeatureProbes.InstructionSet3);

    /// <summary>Instructions of signed loads, moves, division and far jumps (<c>-mcpu=v4</c>).</summary>
    public static BpfFeature InstructionSet4 { get; } = new(
        "instruction set v4", new Version(6, 6), "Compile with -mcpu=v3.", FeatureProbes.InstructionSet4);

    /// <summary>Atomic instructions that give the old value.</summary>
    public static BpfFeature AtomicFetch { get; } = new(
        "atomic fetch", new Version(5, 12), "Compile with -mcpu=v2, and use no value of an atomic operation.", FeatureProbes.AtomicFetch);

    /// <summary>All single features, in order of their kernels.</summary>
    public static IReadOnlyList<BpfFeature> All { get; } =
    [
        TestRun, FileSystem, InstructionSet3, GlobalData, LargePrograms, BoundedLoops, Btf, MemoryMappedArrays, BatchOperations, AtomicFetch,
        Tcx, InstructionSet4,
    ];

    /// <summary>Whether the kernel has programs of a type. Needs CAP_BPF, for some types CAP_NET_ADMIN or CAP_PERFMON, or root.</summary>
    /// <param name="type">The type.</param>
    public static BpfProbeResult ProgramType(BpfProgramType type) => ProgramTypes.Get(type, ProgramProbes.Type);

    /// <summary>Whether the kernel has maps of a type. Needs CAP_BPF, for some types CAP_NET_ADMIN, or root.</summary>
    /// <param name="type">The type.</param>
    public static BpfProbeResult MapType(BpfMapType type) => MapTypes.Get(type, MapProbes.Type);

    /// <summary>Whether programs can be attached at a place. Nothing is attached. Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, or root.</summary>
    /// <param name="place">The place.</param>
    public static BpfProbeResult AttachType(BpfAttachType place) => AttachTypes.Get(place, AttachProbes.Ask);

    /// <summary>Whether programs of a type may call a helper. Needs the privileges of <see cref="ProgramType"/>.</summary>
    /// <param name="type">The type; for types that are loaded for one kernel function the answer is unknown.</param>
    /// <param name="helper">The helper.</param>
    public static BpfProbeResult Helper(BpfProgramType type, BpfHelper helper) =>
        Helpers.Get((type, helper), static question => ProgramProbes.Helper(question.Item1, question.Item2));
}
