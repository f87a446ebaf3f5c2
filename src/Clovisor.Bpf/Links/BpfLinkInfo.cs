using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>What the kernel says of a link at this moment. What the type of link tells besides is in a record derived from this one.</summary>
public record BpfLinkInfo
{
    /// <summary>What it attaches to.</summary>
    public BpfLinkType Type { get; init; }

    /// <summary>The kernel's number of this link, unique while it lives.</summary>
    public uint Id { get; init; }

    /// <summary>The number of the program that runs; 0 for struct_ops, which has several.</summary>
    public uint ProgramId { get; init; }
}

/// <summary>A link on a device's traffic control.</summary>
/// <param name="InterfaceIndex">The device; 0 once it is gone.</param>
/// <param name="AttachType">The side of the device.</param>
public sealed record TcxLinkInfo(int InterfaceIndex, BpfAttachType AttachType) : BpfLinkInfo;

/// <summary>A link on a netkit device.</summary>
/// <param name="InterfaceIndex">The primary device; 0 once it is gone.</param>
/// <param name="AttachType">The end of the pair.</param>
public sealed record NetkitLinkInfo(int InterfaceIndex, BpfAttachType AttachType) : BpfLinkInfo;

/// <summary>A link on a driver's receive path.</summary>
/// <param name="InterfaceIndex">The device; 0 once it is gone.</param>
public sealed record XdpLinkInfo(int InterfaceIndex) : BpfLinkInfo;

/// <summary>A link on a control group.</summary>
/// <param name="CgroupId">The number of the group, which is its directory's inode; 0 once it is gone.</param>
/// <param name="AttachType">The hook.</param>
public sealed record CgroupLinkInfo(ulong CgroupId, BpfAttachType AttachType) : BpfLinkInfo;

/// <summary>A link on a network namespace.</summary>
/// <param name="NamespaceInode">The inode of the namespace, as <c>/proc/self/ns/net</c> shows it; 0 once it is gone.</param>
/// <param name="AttachType">The hook.</param>
public sealed record NetworkNamespaceLinkInfo(uint NamespaceInode, BpfAttachType AttachType) : BpfLinkInfo;

/// <summary>A link on a map of sockets.</summary>
/// <param name="MapId">The map; 0 once it is gone.</param>
/// <param name="AttachType">The hook.</param>
public sealed record SocketMapLinkInfo(uint MapId, BpfAttachType AttachType) : BpfLinkInfo;

/// <summary>A link on a netfilter hook.</summary>
/// <param name="Family">The kernel's number of the protocol family: 2 IPv4, 10 IPv6.</param>
/// <param name="Hook">The kernel's number of the hook: 0 before routing, 1 local in, 2 forward, 3 local out, 4 after routing.</param>
/// <param name="Priority">The place among others; lower ones run first.</param>
/// <param name="Flags">1: the program sees whole packets, put together from their fragments.</param>
public sealed record NetfilterLinkInfo(int Family, int Hook, int Priority, uint Flags) : BpfLinkInfo;

/// <summary>A link of operations that the kernel calls.</summary>
/// <param name="MapId">The map that holds them.</param>
public sealed record StructOperationsLinkInfo(uint MapId) : BpfLinkInfo;
