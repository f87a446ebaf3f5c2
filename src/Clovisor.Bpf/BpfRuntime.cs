using Clovisor.Bpf.Features;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf;

/// <summary>What this machine offers to BPF: whether libbpf can be used, and what stands in the way of loading programs.</summary>
/// <remarks>Safe to use from any thread. Nothing is looked for until it is asked for.</remarks>
public static class BpfRuntime
{
    /// <summary>Whether libbpf 1.0 or newer was found. Asked once; only reading and loading object files needs it.</summary>
    public static bool IsLibBpfAvailable => NativeLibraries.LibBpfMissing is null;

    /// <summary>Why libbpf cannot be used and what to install; null when it can.</summary>
    public static string? LibBpfUnavailableReason => NativeLibraries.LibBpfMissing;

    /// <summary>The version of libbpf in use, as <c>1.1</c>; null when there is none.</summary>
    public static string? LibBpfVersion => LibBpfLibrary.Version;

    /// <summary>The file that libbpf was loaded from: <c>libbpf.so.1</c>, or what <c>CLOVISOR_LIBBPF</c> names; null when there is none.</summary>
    public static string? LibBpfPath => NativeLibraries.LibBpfPath;

    /// <summary>Looks at everything that loading and attaching programs needs. Never throws for what is missing; the list says it.</summary>
    /// <returns>One finding for each need, present ones too, in the order in which to put them right.</returns>
    public static IReadOnlyList<BpfFinding> Check() =>
    [
        CheckPrivilege(),
        CheckLibBpf(),
        CheckFeature(BpfFeatures.Btf, isRequired: true),
        CheckPins(),
        CheckFeature(BpfFeatures.Tcx, isRequired: false),
        CheckFeature(BpfFeatures.BatchOperations, isRequired: false),
        CheckFeature(BpfFeatures.TestRun, isRequired: false),
    ];

    private static BpfFinding CheckPrivilege()
    {
        const string Name = "privilege";
        const string Remedy = "Run as root, or give the process CAP_BPF and CAP_NET_ADMIN (systemd: AmbientCapabilities=CAP_BPF CAP_NET_ADMIN).";
        if (Capabilities.Effective() is not { } bits)
        {
            return new BpfFinding(Name, BpfSupport.Unknown, true, "The capabilities of the process could not be read.", "Mount procfs at /proc.");
        }

        bool admin = Capabilities.Has(bits, Capabilities.SystemAdmin);
        string[] missing =
        [
            .. admin || Capabilities.Has(bits, Capabilities.Bpf) ? Array.Empty<string>() : ["CAP_BPF"],
            .. Capabilities.Has(bits, Capabilities.NetworkAdmin) ? Array.Empty<string>() : ["CAP_NET_ADMIN"],
        ];
        return missing.Length == 0
            ? new BpfFinding(Name, BpfSupport.Supported, true, "The process has CAP_BPF (or CAP_SYS_ADMIN) and CAP_NET_ADMIN.", null)
            : new BpfFinding(Name, BpfSupport.Unsupported, true, $"The process lacks {string.Join(" and ", missing)}.", Remedy);
    }

    private static BpfFinding CheckLibBpf() => NativeLibraries.LibBpfMissing is { } reason
        ? new BpfFinding("libbpf", BpfSupport.Unsupported, true, "No usable libbpf was found.", reason)
        : new BpfFinding("libbpf", BpfSupport.Supported, true, $"Version {LibBpfVersion} from {LibBpfPath}.", null);

    private static BpfFinding CheckPins()
    {
        const string Name = "BPF file system";
        return BpfFeatures.FileSystem.Probe().Answer switch
        {
            BpfSupport.Supported when BpfFileSystem.IsBpfFileSystem(BpfFileSystem.DefaultPath) =>
                new BpfFinding(Name, BpfSupport.Supported, false, $"Mounted at {BpfFileSystem.DefaultPath}.", null),
            BpfSupport.Supported => new BpfFinding(
                Name, BpfSupport.Supported, false, $"The kernel has it; it is not mounted at {BpfFileSystem.DefaultPath}.", "Pinning needs BpfFileSystem.Mount, or: mount -t bpf bpf /sys/fs/bpf"),
            BpfSupport answer => new BpfFinding(Name, answer, false, "Pins cannot be made.", BpfFeatures.FileSystem.Remedy),
        };
    }

    private static BpfFinding CheckFeature(BpfFeature feature, bool isRequired)
    {
        BpfProbeResult result = feature.Probe();
        return result.Answer switch
        {
            BpfSupport.Supported => new BpfFinding(feature.Name, result.Answer, isRequired, $"The kernel has it. {result.Reason}", null),
            BpfSupport.Unsupported => new BpfFinding(
                feature.Name, result.Answer, isRequired, $"The kernel lacks it (Linux {feature.Introduced} brought it). {result.Reason}", feature.Remedy),
            _ => new BpfFinding(feature.Name, result.Answer, isRequired, result.Reason, "Ask again as root."),
        };
    }
}
