namespace Clovisor.Bpf.Networking;

/// <summary>The protocol whose packets a netfilter program sees.</summary>
public enum NetfilterFamily
{
    /// <summary>IPv4.</summary>
    IPv4 = 2,

    /// <summary>IPv6.</summary>
    IPv6 = 10,
}

/// <summary>The place in a packet's way where a netfilter program runs.</summary>
public enum NetfilterHook
{
    /// <summary>A packet has come in and is not routed yet.</summary>
    PreRouting = 0,

    /// <summary>A packet is for this host.</summary>
    LocalIn = 1,

    /// <summary>A packet is passed on.</summary>
    Forward = 2,

    /// <summary>A packet is from this host.</summary>
    LocalOut = 3,

    /// <summary>A packet is about to leave.</summary>
    PostRouting = 4,
}

/// <summary>Where a program stands in netfilter.</summary>
public sealed record NetfilterOptions
{
    /// <summary>The protocol.</summary>
    /// <value>The default is <see cref="NetfilterFamily.IPv4"/>.</value>
    public NetfilterFamily Family { get; init; } = NetfilterFamily.IPv4;

    /// <summary>The place.</summary>
    /// <value>The default is <see cref="NetfilterHook.PreRouting"/>.</value>
    public NetfilterHook Hook { get; init; } = NetfilterHook.PreRouting;

    /// <summary>The order among others; lower ones run first. Every priority of a place is taken once.</summary>
    /// <value>The default is 0, where the filter tables stand. The smallest and the largest number are refused, and with <see cref="Defragment"/> all up to -400.</value>
    public int Priority { get; init; }

    /// <summary>Whether packets are put together from their fragments before. From Linux 6.6.</summary>
    /// <value>The default is false.</value>
    public bool Defragment { get; init; }
}
