using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>The datapath in the kernel.</summary>
public sealed class WanOptions
{
    /// <summary>The folder that the maps and links are pinned in. A BPF file system is mounted there if it lies on none.</summary>
    /// <value>The default is <c>/sys/fs/bpf/clovisor</c>. Must be an absolute path.</value>
    [Required]
    public string PinDirectory { get; set; } = "/sys/fs/bpf/clovisor";

    /// <summary>The largest number of sessions in the kernel at a time. More are refused, never evicted.</summary>
    /// <value>The default is 262,144. Must be from 1,024 to 4,194,304. Takes effect when nothing is pinned yet.</value>
    [Range(1024, 1 << 22)]
    public int MaxSessions { get; set; } = 262_144;

    /// <summary>The control group of the proxy, whose tags alone count then, and whose connections are entered before their first packet.</summary>
    /// <value>The default is <see langword="null"/>: any packet's tag counts. Must be the absolute path of a directory in a cgroup2 file system, and outlive
    /// restarts of the proxy.</value>
    public string? ProxyCgroup { get; set; }

    /// <summary>The bits of the DSCP that are the tag; the others are never looked at or changed.</summary>
    /// <value>The default is 63: all six. Must be from 1 to 63.</value>
    [Range(1, 63)]
    public int DscpMask { get; set; } = 63;

    /// <summary>Whether the tag is taken out of packets that leave the node. ECN bits stay.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ClearTags { get; set; }

    /// <summary>Whether everything is taken out of the kernel when the host stops in good order.</summary>
    /// <value>The default is <see langword="false"/>: packets go on as classified, and the next start adopts what is pinned.</value>
    public bool UninstallOnStop { get; set; }
}
