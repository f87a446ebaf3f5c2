using Clovisor.Bpf.Cgroups;

namespace Clovisor.Bpf.Programs;

// Attaching to what is named when it is attached. One method a kind of hook; what it needs stands there.
public sealed partial class BpfProgram
{
    /// <summary>
    /// Attaches the program to a control group, for the processes of that group and those below it: packets, sockets, addresses, options, devices, sysctl, TCP
    /// events, security hooks (<c>lsm_cgroup</c>). Needs CAP_NET_ADMIN and CAP_BPF, or root, and cgroup2. From Linux 4.10; by a link from 5.7.
    /// </summary>
    /// <param name="path">The group's directory in a cgroup2 file system.</param>
    /// <param name="attachType">The hook; null for the one that the program's section names.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The attachment. Disposing it detaches, unless <see cref="CgroupAttachOptions.PinPath"/> is set.</returns>
    /// <exception cref="ArgumentException">No hook is given and none is known of the program.</exception>
    /// <exception cref="BpfException">The path is not of a control group, or the kernel refused. Nothing is left behind.</exception>
    public CgroupAttachment AttachCgroup(string path, BpfAttachType? attachType = null, CgroupAttachOptions? options = null) =>
        CgroupAttachment.Attach(this, path, attachType ?? CgroupDefault(), options ?? new CgroupAttachOptions());

    /// <summary>
    /// Attaches the program to what its section names, as libbpf does: kprobe, kretprobe, uprobe, uretprobe, tracepoint, raw_tracepoint, tp_btf, fentry, fexit, fmod_ret, lsm,
    /// freplace, iter; sk_lookup and netfilter in the network namespace of the calling thread. Those that want a device, a group or a map have methods of their own.
    /// </summary>
    /// <returns>The attachment, of the type that the kind's own method gives. Disposing it detaches.</returns>
    /// <exception cref="InvalidOperationException">The section names no target; the message says which method to use.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IDisposable Attach() => SectionTarget.Attach(this);

    private BpfAttachType CgroupDefault() => Type switch
    {
        BpfProgramType.SocketOperations => BpfAttachType.CgroupSocketOperations,
        BpfProgramType.CgroupDevice => BpfAttachType.CgroupDevice,
        BpfProgramType.CgroupSysctl => BpfAttachType.CgroupSysctl,
        _ => KnownAttachType("AttachCgroup"),
    };

    private BpfAttachType KnownAttachType(string method) =>
        ExpectedAttachType ?? throw new ArgumentException($"What hook {Name} ({Type}) was loaded for is not known, since it was not taken from an object file: give {method} the attach type.");
}
