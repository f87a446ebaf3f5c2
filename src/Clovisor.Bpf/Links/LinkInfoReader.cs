using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>Reads what the kernel says of a link. Names need a buffer, and where it goes depends on the type: so the kernel is asked twice.</summary>
internal static unsafe class LinkInfoReader
{
    // A path's maximum; every other name is shorter.
    private const int NameBytes = 4096;
    private const uint ReturnFlag = 1;

    /// <summary>Minus errno when the kernel refuses.</summary>
    internal static int TryReadId(BpfHandle handle, out uint id)
    {
        using BpfHandle.FdLease lease = handle.Lease();
        LinkInfo info = default;
        int result = BpfSyscall.GetInfo(lease.Descriptor, ref info);
        id = info.Id;
        return result;
    }

    /// <summary>Minus errno when the kernel refuses.</summary>
    internal static int TryRead(BpfHandle handle, out BpfLinkInfo? read)
    {
        read = null;
        using BpfHandle.FdLease lease = handle.Lease();
        LinkInfo info = default;
        int result = BpfSyscall.GetInfo(lease.Descriptor, ref info);
        if (result < 0)
        {
            return result;
        }

        byte* name = stackalloc byte[NameBytes];
        name[0] = 0;
        LinkInfo named = default;
        if (AskForName(info, ref named, name))
        {
            // The link may have lost what it names since: then the first answer stands, without the name.
            info = BpfSyscall.GetInfo(lease.Descriptor, ref named) < 0 ? info : named;
        }

        read = Convert(info, NativeText.Read(name));
        return 0;
    }

    private static bool AskForName(in LinkInfo info, ref LinkInfo named, byte* name)
    {
        switch ((BpfLinkType)info.Type)
        {
            case BpfLinkType.RawTracepoint:
                (named.RawTracepoint.Name, named.RawTracepoint.NameLength) = ((ulong)name, NameBytes);
                return true;
            case BpfLinkType.Iterator:
                (named.Iterator.Name, named.Iterator.NameLength) = ((ulong)name, NameBytes);
                return true;
            case BpfLinkType.UprobeMulti:
                (named.UprobeMulti.Path, named.UprobeMulti.PathSize) = ((ulong)name, NameBytes);
                return true;

            // Its kinds have name and length at the same place.
            case BpfLinkType.PerfEvent when info.PerfType is >= LinkInfo.PerfUprobe and <= LinkInfo.PerfTracepoint:
                (named.Tracepoint.Name, named.Tracepoint.NameLength) = ((ulong)name, NameBytes);
                return true;
            default:
                return false;
        }
    }

    private static BpfLinkInfo Convert(in LinkInfo info, string name)
    {
        int index = (int)info.Target.Target;
        var hook = (BpfAttachType)info.Target.AttachType;
        BpfLinkInfo converted = (BpfLinkType)info.Type switch
        {
            BpfLinkType.Tcx => new TcxLinkInfo(index, hook),
            BpfLinkType.Netkit => new NetkitLinkInfo(index, hook),
            BpfLinkType.Xdp => new XdpLinkInfo(index),
            BpfLinkType.NetworkNamespace => new NetworkNamespaceLinkInfo(info.Target.Target, hook),
            BpfLinkType.SocketMap => new SocketMapLinkInfo(info.Target.Target, hook),
            BpfLinkType.StructOperations => new StructOperationsLinkInfo(info.Target.Target),
            BpfLinkType.Cgroup => new CgroupLinkInfo(info.Cgroup.Id, (BpfAttachType)info.Cgroup.AttachType),
            BpfLinkType.Netfilter => new NetfilterLinkInfo((int)info.Netfilter.Family, (int)info.Netfilter.Hook, info.Netfilter.Priority, info.Netfilter.Flags),
            BpfLinkType.RawTracepoint => new RawTracepointLinkInfo(name, info.RawTracepoint.Cookie),
            BpfLinkType.Tracing => new TracingLinkInfo((BpfAttachType)info.Tracing.AttachType, info.Tracing.TargetObjectId, info.Tracing.TargetBtfId, info.Tracing.Cookie),
            BpfLinkType.Iterator => new IteratorLinkInfo(name, info.Iterator.MapId),
            BpfLinkType.KprobeMulti => new KprobeMultiLinkInfo((int)info.KprobeMulti.Count, (info.KprobeMulti.Flags & ReturnFlag) != 0, info.KprobeMulti.Missed),
            BpfLinkType.UprobeMulti => new UprobeMultiLinkInfo(name, (int)info.UprobeMulti.Count, (info.UprobeMulti.Flags & ReturnFlag) != 0, (int)info.UprobeMulti.ProcessId),
            BpfLinkType.PerfEvent => ConvertPerf(info, name),
            _ => new BpfLinkInfo(),
        };
        return converted with { Type = (BpfLinkType)info.Type, Id = info.Id, ProgramId = info.ProgramId };
    }

    private static BpfLinkInfo ConvertPerf(in LinkInfo info, string name) => info.PerfType switch
    {
        LinkInfo.PerfTracepoint => new TracepointLinkInfo(name, info.Tracepoint.Cookie),
        LinkInfo.PerfKprobe or LinkInfo.PerfKretprobe => new KprobeLinkInfo(
            name, info.Kprobe.Offset, info.Kprobe.Address, info.PerfType == LinkInfo.PerfKretprobe, info.Kprobe.Missed, info.Kprobe.Cookie),
        LinkInfo.PerfUprobe or LinkInfo.PerfUretprobe => new UprobeLinkInfo(
            name, info.Uprobe.Offset, info.PerfType == LinkInfo.PerfUretprobe, info.Uprobe.Cookie),
        LinkInfo.PerfEvent => new PerfEventLinkInfo(info.Event.Type, info.Event.Config, info.Event.Cookie),
        _ => new BpfLinkInfo(),
    };
}
