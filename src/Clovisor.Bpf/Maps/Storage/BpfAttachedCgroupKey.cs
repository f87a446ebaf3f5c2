using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps.Storage;

/// <summary>A key of attached cgroup storage (<c>struct bpf_cgroup_storage_key</c>).</summary>
/// <param name="CgroupId">The kernel's number of the cgroup: the inode of its directory.</param>
/// <param name="AttachType">The hook that the program is attached to, the kernel's number.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfAttachedCgroupKey(ulong CgroupId, uint AttachType)
{
    // The kernel's struct ends in as many bytes, which it compares.
    private readonly uint _padding = 0;
}
