using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>Attaching by tcx: a link on a list of programs.</summary>
internal static class TcxHook
{
    internal static BpfAttachType AttachType(TcDirection direction) => direction == TcDirection.Ingress ? BpfAttachType.TcxIngress : BpfAttachType.TcxEgress;

    /// <summary>Creates the link. Returns minus errno when the kernel refuses.</summary>
    internal static int TryAttach(BpfProgram program, int interfaceIndex, TcDirection direction, TcAttachOptions options, out BpfLink? link)
    {
        var attributes = new LinkCreateAttributes { Target = (uint)interfaceIndex, AttachType = (uint)AttachType(direction) };
        return LinkCommands.TryCreate(program, ref attributes, options.Order, options.ExpectedRevision, out link);
    }

    internal static BpfException Refusal(BpfProgram program, int interfaceIndex, TcDirection direction, int errno) =>
        BpfErrors.Create($"attach {program.Name} by tcx to the {direction} side of", $"interface {interfaceIndex}", errno, errno switch
        {
            Errno.EINVAL => "The kernel has no tcx (Linux 6.6 and newer do), or the order names a link of another hook. Leave Kind unset to fall back to clsact.",
            Errno.EEXIST => "The program is attached there already.",
            Errno.ERANGE => "The hook holds as many programs as it can.",
            Errno.ENOENT => "What the order names is not on this hook.",
            Errno.ESTALE => "The hook has another revision than the one expected: somebody attached or detached meanwhile. Query it again.",
            _ => null,
        });
}
