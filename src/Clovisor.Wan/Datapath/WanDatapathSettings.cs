using Clovisor.Bpf.Networking;

namespace Clovisor.Wan.Datapath;

/// <summary>How the kernel datapath is set up. Immutable.</summary>
public sealed record WanDatapathSettings
{
    // The kernel's times of sessions come round after 39 hours.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromHours(24);

    /// <summary>Where maps and links are pinned, so that they outlive the process and the next one finds them.</summary>
    /// <value>
    /// The default is <c>/sys/fs/bpf/clovisor</c>. Made when it does not exist; where it is in no BPF file system, one is mounted there. One
    /// process at a time may use a directory, and always in the same network namespace.
    /// </value>
    public string PinDirectory { get; init; } = "/sys/fs/bpf/clovisor";

    /// <summary>
    /// The most IPv4 sessions at a time: a hard limit of memory. Each costs 200 bytes of the kernel's, taken at the start. Beyond it live
    /// sessions stay and new ones are refused: reported ones with an error, tagged ones by leaving them to the node's routes.
    /// </summary>
    /// <value>The default is 65536; from 1 to 16777216. Maps that are found pinned keep the size that they have.</value>
    public int MaxSessions { get; init; } = 65536;

    /// <summary>The same of IPv6 sessions, at 260 bytes each.</summary>
    /// <value>The default is 16384; from 1 to 16777216.</value>
    public int MaxSessionsV6 { get; init; } = 16384;

    /// <summary>
    /// Whether what begins outside, as a connection to the node or to a host behind it, is answered by the link that it came by. Of TCP, UDP and echoes
    /// that no session is entered for; what answers something of a session, or begins on the node's side, is not concerned.
    /// </summary>
    /// <value>
    /// The default is true. The kernel must let it in: where the reverse path filter (<c>rp_filter</c>) of a link's device is strict, it drops what
    /// comes by another link than the node's routes would take back.
    /// </value>
    public bool AnswersByLink { get; init; } = true;

    /// <summary>
    /// The most TCP connections of each family that opened outside and are remembered for <see cref="AnswersByLink"/>. Those beyond it are answered by the node's own
    /// routes (<see cref="DatapathReason.InAnswersFull"/>); sessions lose no room to them. Memory is taken as they come, some 100 bytes each.
    /// </summary>
    /// <value>The default is 16384; from 1 to 16777216. Maps that are found pinned keep the size that they have.</value>
    public int MaxInbound { get; init; } = 16384;

    /// <summary>The way to attach to the devices.</summary>
    /// <value>The default is null: tcx, and clsact where the kernel has no tcx.</value>
    public TcAttachmentKind? Hook { get; init; }

    /// <summary>
    /// The control group whose sockets' tags count; those of all others, and of packets that come from other machines or network
    /// namespaces, count as none (<see cref="DatapathReason.OutTagUntrusted"/>). Connections of the group are entered before their SYN.
    /// </summary>
    /// <value>
    /// The default is null: any packet's tag counts. Otherwise the group's directory in a cgroup2 file system. It must exist for as long as the
    /// datapath does: a group that is made anew under the same path is another one, so name one that outlives the proxy's restarts.
    /// </value>
    public string? TrustedCgroup { get; init; }

    /// <summary>The bits of the DSCP that are the tag. The others are the sender's own, are not looked at and never changed.</summary>
    /// <value>The default is 63: all six. From 1 to 63.</value>
    public byte DscpMask { get; init; } = 63;

    /// <summary>Whether a DSCP that was a tag leaves the node with the bits of <see cref="DscpMask"/> zero. ECN bits are never touched.</summary>
    /// <value>The default is false.</value>
    public bool ClearTags { get; init; }

    /// <summary>How long an established TCP session may be silent before it is forgotten.</summary>
    /// <value>The default is 2 hours. From above 0 to 24 hours; the kernel tells times of some 2 seconds apart.</value>
    public TimeSpan TcpIdle { get; init; } = TimeSpan.FromHours(2);

    /// <summary>The same for TCP that was not answered yet, and for sessions that were entered and never seen.</summary>
    /// <value>The default is 2 minutes. From above 0 to 24 hours.</value>
    public TimeSpan OpeningIdle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The same for TCP after a FIN or a reset in either direction.</summary>
    /// <value>The default is 1 minute. From above 0 to 24 hours.</value>
    public TimeSpan ClosingIdle { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The same for UDP.</summary>
    /// <value>The default is 3 minutes. From above 0 to 24 hours.</value>
    public TimeSpan UdpIdle { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often idle sessions are looked for.</summary>
    /// <value>The default is 10 seconds. <see cref="Timeout.InfiniteTimeSpan"/>: only when <see cref="BpfWanDatapath.Sweep"/> is called.</value>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock by which sessions become idle.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">Lists every value that is out of its range.</exception>
    internal void Require()
    {
        List<string> errors = [];
        if (!Path.IsPathFullyQualified(PinDirectory))
        {
            errors.Add($"PinDirectory '{PinDirectory}' must be an absolute path");
        }

        if (TrustedCgroup is not null && !Path.IsPathFullyQualified(TrustedCgroup))
        {
            errors.Add($"TrustedCgroup '{TrustedCgroup}' must be an absolute path");
        }

        if (DscpMask is < 1 or > 63)
        {
            errors.Add($"DscpMask {DscpMask} must be from 1 to 63");
        }

        foreach ((string name, int value) in new[] { (nameof(MaxSessions), MaxSessions), (nameof(MaxSessionsV6), MaxSessionsV6), (nameof(MaxInbound), MaxInbound) })
        {
            if (value is < 1 or > 1 << 24)
            {
                errors.Add($"{name} {value} must be from 1 to {1 << 24}");
            }
        }

        foreach ((string name, TimeSpan value) in new[]
        {
            (nameof(TcpIdle), TcpIdle), (nameof(OpeningIdle), OpeningIdle), (nameof(ClosingIdle), ClosingIdle), (nameof(UdpIdle), UdpIdle),
        })
        {
            if (value <= TimeSpan.Zero || value > LongestIdle)
            {
                errors.Add($"{name} {value} must be positive, and at most {LongestIdle}");
            }
        }

        if (SweepInterval <= TimeSpan.Zero && SweepInterval != Timeout.InfiniteTimeSpan)
        {
            errors.Add($"SweepInterval {SweepInterval} must be positive, or infinite");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException($"The datapath cannot start with these settings: {string.Join("; ", errors)}.");
        }
    }
}
