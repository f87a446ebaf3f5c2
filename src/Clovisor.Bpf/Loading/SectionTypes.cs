using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Loading;

/// <summary>Section names that libbpf learned after 1.0: an older one opens the object and then fails to load it.</summary>
internal static class SectionTypes
{
    private static readonly (string Section, BpfProgramType Type, int AttachType)[] Newer =
    [
        ("tcx/ingress", BpfProgramType.SchedulerClassifier, 46),
        ("tcx/egress", BpfProgramType.SchedulerClassifier, 47),
        ("tc/ingress", BpfProgramType.SchedulerClassifier, 46),
        ("tc/egress", BpfProgramType.SchedulerClassifier, 47),
        ("netkit/primary", BpfProgramType.SchedulerClassifier, 54),
        ("cgroup/connect_unix", BpfProgramType.CgroupSocketAddress, 49),
        ("cgroup/sendmsg_unix", BpfProgramType.CgroupSocketAddress, 50),
        ("cgroup/recvmsg_unix", BpfProgramType.CgroupSocketAddress, 51),
        ("cgroup/getpeername_unix", BpfProgramType.CgroupSocketAddress, 52),
        ("cgroup/getsockname_unix", BpfProgramType.CgroupSocketAddress, 53),
        ("netfilter", BpfProgramType.Netfilter, 45),
        ("uprobe.multi", BpfProgramType.Kprobe, 48),
        ("uretprobe.multi", BpfProgramType.Kprobe, 48),
        ("netkit/peer", BpfProgramType.SchedulerClassifier, 55),
    ];

    internal static bool TryFind(string section, out BpfProgramType type, out int attachType)
    {
        foreach ((string name, BpfProgramType known, int attach) in Newer)
        {
            if (section == name || (section.StartsWith(name, StringComparison.Ordinal) && section[name.Length] == '/'))
            {
                (type, attachType) = (known, attach);
                return true;
            }
        }

        (type, attachType) = (BpfProgramType.Unspecified, 0);
        return false;
    }
}
