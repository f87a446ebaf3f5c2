using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>Attaching by tcx: a link on a list of programs.</summary>
internal static class TcxHook
{
    private const uint Ingress = 46;
    private const uint Egress = 47;

    internal static uint AttachType(TcDirection direction) => direction == TcDirection.Ingress ? Ingress : Egress;

    /// <summary>Creates the link. Returns minus errno when the kernel refuses.</summary>
    internal static int TryAttach(BpfProgram program, int interfaceIndex, TcDirection direction, TcxOrder order, out BpfLink? link)
    {
        link = null;
        using BpfHandle.FdLease lease = program.Handle.Lease();
        var attributes = new LinkCreateAttributes
        {
            ProgramDescriptor = (uint)lease.Descriptor,
            InterfaceIndex = (uint)interfaceIndex,
            AttachType = AttachType(direction),
            Flags = order.Flags,
        };
        int result;
        if (order.Link is null)
        {
            result = BpfSyscall.Call(BpfCommand.LinkCreate, ref attributes);
        }
        else
        {
            using BpfHandle.FdLease anchor = order.Link.Handle.Lease();
            attributes.RelativeTo = (uint)anchor.Descriptor;
            result = BpfSyscall.Call(BpfCommand.LinkCreate, ref attributes);
        }

        if (result >= 0)
        {
            link = new BpfLink(new BpfHandle(result));
        }

        return result;
    }

    /// <summary>Whether a refusal means that the kernel has no tcx. EINVAL is what kernels before 6.6 give, and has other causes as well.</summary>
    internal static bool MayBeMissing(int result) => result is -Errno.EINVAL or -Errno.EOPNOTSUPP or -Errno.ENOTSUPP;

    internal static BpfException Refusal(BpfProgram program, int interfaceIndex, TcDirection direction, int errno) =>
        BpfErrors.Create($"attach {program.Name} by tcx to the {direction} side of", $"interface {interfaceIndex}", errno, errno switch
        {
            Errno.EINVAL => "The kernel has no tcx (Linux 6.6 and newer do), or the order names a link of another hook. Leave Kind unset to fall back to clsact.",
            Errno.EEXIST => "The program is attached there already.",
            34 => "The hook holds as many programs as it can.",
            Errno.ENOENT => "The link that the order names is not on this hook.",
            _ => null,
        });
}
