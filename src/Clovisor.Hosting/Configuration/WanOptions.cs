using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>The datapath in the kernel.</summary>
public sealed class WanOptions
{
    /// <summary>The folder that the maps and links are pinned in. A BPF file system is mounted there if it lies on none.</summary>
    /// <value>The default is <c>/sys/fs/bpf/clovisor</c>. Must be an absolute path.</value>
    [Required]
    public string PinDirectory { get; set; } = "/sys/fs/bpf/clovisor";

    /// <summary>The largest number of IPv4 sessions in the kernel at a time. More are refused, never evicted. Each takes 200 bytes, from the start.</summary>
    /// <value>The default is 262,144. Must be from 1,024 to 4,194,304. Takes effect when nothing is pinned yet.</value>
    [Range(1024, 1 << 22)]
    public int MaxSessions { get; set; } = 262_144;

    /// <summary>The same of IPv6 sessions, at 260 bytes each.</summary>
    /// <value>The default is 65,536. Must be from 1,024 to 4,194,304. Takes effect when nothing is pinned yet.</value>
    [Range(1024, 1 << 22)]
    public int MaxSessionsV6 { get; set; } = 65_536;

    /// <summary>
    /// The devices of LANs and pods at which sessions take their link before routing, by name; <c>*</c> stands for any letters, as in <c>veth*</c>.
    /// </summary>
    /// <value>
    /// The default is none: all is routed first. What is taken there passes no netfilter rules and no connection tracking of the node, and neither do
    /// its replies. Devices may come later; at most 200 at a time.
    /// </value>
    public IList<string> LanDevices { get; } = [];

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

    /// <summary>Whether what begins outside is answered by the link that it came by, where no session says otherwise.</summary>
    /// <value>The default is <see langword="true"/>. The reverse path filter (<c>rp_filter</c>) of the links' devices must not be strict for it.</value>
    public bool AnswersByLink { get; set; } = true;

    /// <summary>Whether everything is taken out of the kernel when the host stops in good order.</summary>
    /// <value>The default is <see langword="false"/>: packets go on as classified, and the next start adopts what is pinned.</value>
    public bool UninstallOnStop { get; set; }
}
