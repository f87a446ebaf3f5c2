using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Networking;

namespace Clovisor.Bpf.Programs;

// Attaching to the network: devices, namespaces, sockets, netfilter.
public sealed partial class BpfProgram
{
    private const string OwnNetworkNamespace = "/proc/thread-self/ns/net";
    private const uint DefragmentFlag = 1;

    /// <summary>Attaches the program to one side of a device's traffic control. The same as <see cref="TcAttachment.Attach"/>.</summary>
    /// <param name="interfaceIndex">Index of the device, from 1.</param>
    /// <param name="direction">The side of the device.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The attachment. Disposing it detaches, unless <see cref="TcAttachOptions.PinPath"/> is set.</returns>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The kernel refused, or the place is taken by somebody else. Nothing is left behind.</exception>
    public TcAttachment AttachTc(int interfaceIndex, TcDirection direction, TcAttachOptions? options = null) =>
        TcAttachment.Attach(this, interfaceIndex, direction, options);

    /// <summary>
    /// Attaches the program to a device's receive path. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 4.8; by a link from 5.9. A driver may pause the device for a moment.
    /// </summary>
    /// <param name="interfaceIndex">Index of the device, from 1.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The attachment, which says where the program runs. Disposing it detaches, unless <see cref="XdpAttachOptions.PinPath"/> is set.</returns>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The driver cannot run it, a program is there already, or the kernel refused otherwise. Nothing is left behind.</exception>
    public XdpAttachment AttachXdp(int interfaceIndex, XdpAttachOptions? options = null) =>
        XdpAttachment.Attach(this, interfaceIndex, options ?? new XdpAttachOptions());

    /// <summary>Attaches the program to a netkit device. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 6.7.</summary>
    /// <param name="interfaceIndex">Index of the primary device, from 1.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The device is no netkit device, or the kernel has none.</exception>
    public BpfLink AttachNetkit(int interfaceIndex, NetkitAttachOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interfaceIndex, 1);
        RequireType("netkit", BpfProgramType.SchedulerClassifier);
        options ??= new NetkitAttachOptions();
        BpfAttachType attachType = options.End == NetkitEnd.Primary ? BpfAttachType.NetkitPrimary : BpfAttachType.NetkitPeer;
        var attributes = new LinkCreateAttributes { Target = (uint)interfaceIndex, AttachType = (uint)attachType };
        int result = LinkCommands.TryCreate(this, ref attributes, options.Order, options.ExpectedRevision, out BpfLink? link);
        return link ?? throw BpfErrors.Create($"attach {Name} to the {options.End} end of netkit", $"interface {interfaceIndex}", -result, result switch
        {
            -Errno.EINVAL => "The kernel has no netkit (CONFIG_NETKIT, Linux 6.7 and newer), or the device is of another kind.",
            -Errno.EACCES => "The device is the peer of its pair: attach through the primary.",
            -Errno.EEXIST => "The program is attached there already.",
            -Errno.ENOENT => "What the order names is not on this hook.",
            -Errno.ESTALE => "The hook has another revision than the one expected: somebody attached or detached meanwhile. Query it again.",
            _ => null,
        });
    }

    /// <summary>
    /// Attaches the program to a network namespace: <c>sk_lookup</c> chooses sockets there (Linux 5.9), <c>flow_dissector</c> splits headers (5.7).
    /// The link ends with the namespace. Needs CAP_NET_ADMIN and CAP_BPF, or root.
    /// </summary>
    /// <param name="path">The namespace's file, <c>/run/netns/blue</c>; null for that of the calling thread.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The path is not of a network namespace, or the kernel refused.</exception>
    public BpfLink AttachNetworkNamespace(string? path = null)
    {
        RequireType("a network namespace", BpfProgramType.SocketLookup, BpfProgramType.FlowDissector);
        path ??= OwnNetworkNamespace;
        using BpfHandle space = KernelFile.Open(path, "network namespace");
        using BpfHandle.FdLease lease = space.Lease();
        var attributes = new LinkCreateAttributes
        {
            Target = (uint)lease.Descriptor,
            AttachType = (uint)(Type == BpfProgramType.SocketLookup ? BpfAttachType.SocketLookup : BpfAttachType.FlowDissector),
        };
        int result = LinkCommands.TryCreate(this, ref attributes, out BpfLink? link);
        return link ?? throw BpfErrors.Create($"attach {Name} ({Type}) to network namespace", path, -result, result switch
        {
            -Errno.EINVAL => "The path is not of a network namespace, or the kernel has no such links (Linux 5.7, 5.9).",
            -Errno.E2BIG => "The namespace holds as many programs of this type as it can: 64, or one flow dissector.",
            -Errno.EEXIST => "The namespace, or the first one of the host, has a flow dissector that was attached without a link.",
            _ => null,
        });
    }

    /// <summary>
    /// Attaches the program to a map of sockets: <c>sk_msg</c> judges what they send (Linux 4.17), <c>sk_skb</c> what they receive. By a link from 6.10.
    /// Sockets that are put into the map afterwards are seen, those that are in it on kernels without links may not be. Needs CAP_NET_ADMIN and CAP_BPF, or root.
    /// </summary>
    /// <param name="map">A map of type <see cref="BpfMapType.SocketMap"/> or <see cref="BpfMapType.SocketHash"/>.</param>
    /// <param name="attachType">The hook; null for the one that the program's section names.</param>
    /// <exception cref="ArgumentException">No hook is given and none is known of the program.</exception>
    /// <exception cref="BpfException">The map is of another type, has a program there already, or the kernel refused otherwise.</exception>
    public SocketMapAttachment AttachSocketMap(BpfMap map, BpfAttachType? attachType = null)
    {
        RequireType("a map of sockets", BpfProgramType.SocketMessage, BpfProgramType.SocketSkb);
        return SocketMapAttachment.Attach(
            this, map, attachType ?? (Type == BpfProgramType.SocketMessage ? BpfAttachType.SocketMessageVerdict : KnownAttachType("AttachSocketMap")));
    }

    /// <summary>Attaches the program to netfilter, in the network namespace of the calling thread. Needs CAP_NET_ADMIN and CAP_BPF, or root. From Linux 6.4.</summary>
    /// <param name="options">The place; null for the defaults.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The priority is taken, or the kernel has no such programs.</exception>
    public BpfLink AttachNetfilter(NetfilterOptions? options = null)
    {
        RequireType("netfilter", BpfProgramType.Netfilter);
        options ??= new NetfilterOptions();
        LinkCreateAttributes attributes = NetfilterAttributes(options);
        int result = LinkCommands.TryCreate(this, ref attributes, out BpfLink? link);
        return link ?? throw BpfErrors.Create($"attach {Name} to netfilter at", $"{options.Family} {options.Hook}, priority {options.Priority}", -result, result switch
        {
            -Errno.EBUSY or -Errno.EEXIST => "A program stands at this priority already: every priority of a place is taken once.",
            -Errno.ERANGE or -Errno.EINVAL => "The kernel has no such programs (CONFIG_NETFILTER_BPF_LINK, Linux 6.4), no such place, or does not allow the priority.",
            -Errno.EOPNOTSUPP or -Errno.EAFNOSUPPORT => "The kernel cannot defragment, or not for this family: CONFIG_NF_DEFRAG_IPV4, CONFIG_NF_DEFRAG_IPV6.",
            _ => null,
        });
    }

    internal static LinkCreateAttributes NetfilterAttributes(NetfilterOptions options) => new()
    {
        AttachType = (uint)BpfAttachType.Netfilter,
        Netfilter = new LinkCreateAttributes.NetfilterTail
        {
            Family = (uint)options.Family,
            Hook = (uint)options.Hook,
            Priority = options.Priority,
            Flags = options.Defragment ? DefragmentFlag : 0,
        },
    };

    /// <summary>Says what a program of the wrong type can be attached to, before the kernel answers with a bare EINVAL.</summary>
    internal void RequireType(string target, params ReadOnlySpan<BpfProgramType> allowed)
    {
        if (!allowed.Contains(Type))
        {
            throw new ArgumentException($"{Name} is of type {Type}; {target} takes {string.Join(" or ", allowed.ToArray())}.");
        }
    }
}
