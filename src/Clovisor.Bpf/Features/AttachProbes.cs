using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Verification;

namespace Clovisor.Bpf.Features;

/// <summary>
/// Places to attach at. Each is asked with a target that cannot exist, so that nothing is ever attached: a kernel that knows the place
/// complains about the target, another about the place.
/// </summary>
internal static unsafe class AttachProbes
{
    private const uint NoDescriptor = unchecked((uint)-1);
    private const ulong BadPointer = 1;

    private enum Method
    {
        // Known when a program for it can be loaded.
        Load,

        // Known when the verifier asks for a function of another kind.
        LoadForFunction,

        // BPF_PROG_ATTACH to a descriptor that is none.
        Attach,

        // BPF_LINK_CREATE to a target that is none.
        Link,

        // A map whose values may hold a program.
        MapValue,
    }

    internal static BpfProbeResult Ask(BpfAttachType place)
    {
        if (Describe(place) is not ({ } type, { } method))
        {
            return ProbeAnswers.Unknown($"How to ask for place {(int)place} is not known.");
        }

        if (method == Method.MapValue)
        {
            return MapProbes.ProgramInValue(place);
        }

        using BpfHandle? program = ProgramAttempt.Load(type, place, ProgramAttempt.ReturnOne, out int errno, out string log);
        if (program is null)
        {
            return method == Method.LoadForFunction && log.Length > 0
                ? ProbeAnswers.Yes($"The verifier looked for its function: {BpfVerifierReport.Parse(log).Reason}")
                : ProbeAnswers.FromErrno($"Loading a program of type {type} for it", errno, ProgramAttempt.Control);
        }

        int answer = method switch
        {
            Method.Attach => Attach(program, place),
            Method.Link => Link(program, place),
            _ => 0,
        };
        return answer switch
        {
            >= 0 when method is Method.Load or Method.LoadForFunction => ProbeAnswers.Yes($"A program of type {type} was loaded for it."),
            >= 0 => ProbeAnswers.Unknown("The kernel attached to what does not exist."),
            -Errno.EBADF or -Errno.ENODEV or -Errno.EFAULT or -97 => ProbeAnswers.Yes($"The kernel knows the place, and refused a target that is none ({Errno.NameOf(-answer)})."),
            _ => ProbeAnswers.FromErrno("Attaching there", -answer, ProgramAttempt.Control),
        };
    }

    private static int Attach(BpfHandle program, BpfAttachType place)
    {
        using BpfHandle.FdLease lease = program.Lease();
        var attributes = new ProgramAttachAttributes { Target = NoDescriptor, ProgramDescriptor = (uint)lease.Descriptor, AttachType = (uint)place };
        return BpfSyscall.Call(BpfCommand.ProgramAttach, ref attributes);
    }

    private static int Link(BpfHandle program, BpfAttachType place)
    {
        using BpfHandle.FdLease lease = program.Lease();
        var attributes = new LinkCreateAttributes { ProgramDescriptor = (uint)lease.Descriptor, AttachType = (uint)place };
        switch (place)
        {
            case BpfAttachType.TcxIngress or BpfAttachType.TcxEgress or BpfAttachType.NetkitPrimary or BpfAttachType.NetkitPeer:
                // No device has index 0.
                break;
            case BpfAttachType.TraceKprobeMulti or BpfAttachType.TraceKprobeSession:
                attributes.KprobeMulti = new() { Count = 1, Symbols = BadPointer };
                break;
            case BpfAttachType.TraceUprobeMulti or BpfAttachType.TraceUprobeSession:
                attributes.UprobeMulti = new() { Count = 1, Path = BadPointer, Offsets = BadPointer };
                break;
            case BpfAttachType.Netfilter:
                attributes.Netfilter = new() { Family = uint.MaxValue };
                break;
            default:
                attributes.Target = NoDescriptor;
                break;
        }

        int result = BpfSyscall.Call(BpfCommand.LinkCreate, ref attributes);
        if (result >= 0)
        {
            new BpfHandle(result).Dispose();
        }

        return result;
    }

    private static (BpfProgramType?, Method?) Describe(BpfAttachType place) => place switch
    {
        BpfAttachType.CgroupInetIngress or BpfAttachType.CgroupInetEgress => (BpfProgramType.CgroupSkb, Method.Attach),
        BpfAttachType.CgroupInetSocketCreate or BpfAttachType.CgroupInetSocketRelease or BpfAttachType.CgroupInet4PostBind
            or BpfAttachType.CgroupInet6PostBind => (BpfProgramType.CgroupSocket, Method.Attach),
        BpfAttachType.CgroupSocketOperations => (BpfProgramType.SocketOperations, Method.Attach),
        BpfAttachType.CgroupDevice => (BpfProgramType.CgroupDevice, Method.Attach),
        BpfAttachType.CgroupSysctl => (BpfProgramType.CgroupSysctl, Method.Attach),
        BpfAttachType.CgroupGetSocketOption or BpfAttachType.CgroupSetSocketOption => (BpfProgramType.CgroupSocketOption, Method.Attach),
        BpfAttachType.CgroupInet4Bind or BpfAttachType.CgroupInet6Bind or BpfAttachType.CgroupInet4Connect or BpfAttachType.CgroupInet6Connect
            or BpfAttachType.CgroupUdp4SendMessage or BpfAttachType.CgroupUdp6SendMessage or BpfAttachType.CgroupUdp4ReceiveMessage
            or BpfAttachType.CgroupUdp6ReceiveMessage or BpfAttachType.CgroupInet4GetPeerName or BpfAttachType.CgroupInet6GetPeerName
            or BpfAttachType.CgroupInet4GetSocketName or BpfAttachType.CgroupInet6GetSocketName or BpfAttachType.CgroupUnixConnect
            or BpfAttachType.CgroupUnixSendMessage or BpfAttachType.CgroupUnixReceiveMessage or BpfAttachType.CgroupUnixGetPeerName
            or BpfAttachType.CgroupUnixGetSocketName => (BpfProgramType.CgroupSocketAddress, Method.Attach),
        BpfAttachType.SocketSkbStreamParser or BpfAttachType.SocketSkbStreamVerdict or BpfAttachType.SocketSkbVerdict => (BpfProgramType.SocketSkb, Method.Attach),
        BpfAttachType.SocketMessageVerdict => (BpfProgramType.SocketMessage, Method.Attach),
        BpfAttachType.LircMode2 => (BpfProgramType.LircMode2, Method.Attach),
        BpfAttachType.FlowDissector => (BpfProgramType.FlowDissector, Method.Link),
        BpfAttachType.SocketLookup => (BpfProgramType.SocketLookup, Method.Link),
        BpfAttachType.TcxIngress or BpfAttachType.TcxEgress or BpfAttachType.NetkitPrimary or BpfAttachType.NetkitPeer => (BpfProgramType.SchedulerClassifier, Method.Link),
        BpfAttachType.PerfEvent or BpfAttachType.TraceKprobeMulti or BpfAttachType.TraceUprobeMulti or BpfAttachType.TraceKprobeSession
            or BpfAttachType.TraceUprobeSession => (BpfProgramType.Kprobe, Method.Link),
        BpfAttachType.Netfilter => (BpfProgramType.Netfilter, Method.Link),
        BpfAttachType.SocketReusePortSelect or BpfAttachType.SocketReusePortSelectOrMigrate => (BpfProgramType.SocketReusePort, Method.Load),
        BpfAttachType.Xdp => (BpfProgramType.Xdp, Method.Load),
        BpfAttachType.XdpDeviceMap or BpfAttachType.XdpCpuMap => (BpfProgramType.Xdp, Method.MapValue),
        BpfAttachType.TraceRawTracepoint or BpfAttachType.TraceFentry or BpfAttachType.TraceFexit or BpfAttachType.ModifyReturn
            or BpfAttachType.TraceIterator => (BpfProgramType.Tracing, Method.LoadForFunction),
        BpfAttachType.LsmMac or BpfAttachType.LsmCgroup => (BpfProgramType.Lsm, Method.LoadForFunction),
        BpfAttachType.StructOperations => (BpfProgramType.StructOperations, Method.LoadForFunction),
        _ => (null, null),
    };
}
