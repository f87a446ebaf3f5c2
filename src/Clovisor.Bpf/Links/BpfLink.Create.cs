using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

public sealed partial class BpfLink
{
    /// <summary>
    /// Makes a link as <c>BPF_LINK_CREATE</c> does, for hooks that this library has no method for. From Linux 5.7; what it needs depends on the hook.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="target">A descriptor or an interface index, as the hook wants it; 0 where it wants none.</param>
    /// <param name="attachType">The hook.</param>
    /// <param name="flags">The hook's flags.</param>
    /// <param name="tail">The bytes of the attributes from 16 on, in the kernel's layout and byte order: at most 48.</param>
    /// <exception cref="BpfException">The kernel refused. Nothing is attached.</exception>
    public static BpfLink Create(BpfProgram program, int target, BpfAttachType attachType, uint flags = 0, ReadOnlySpan<byte> tail = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tail.Length, LinkCreateAttributes.TailLength, nameof(tail));
        var attributes = new LinkCreateAttributes { Target = (uint)target, AttachType = (uint)attachType, Flags = flags };
        tail.CopyTo(MemoryMarshal.AsBytes(new Span<LinkCreateAttributes>(ref attributes))[LinkCreateAttributes.TailOffset..]);
        int result = LinkCommands.TryCreate(program, ref attributes, out BpfLink? link);
        return link ?? throw BpfErrors.Create(
            $"attach {program.Name} to {attachType} of", $"target {target}", -result, result == -Errno.EINVAL ? "The kernel does not know the hook, or the program, its attach type, the target or the flags do not fit it." : null);
    }

    /// <summary>Opens a link by its number, as <see cref="BpfLinkInfo.Id"/> or <see cref="EnumerateIds"/> gives it. Needs CAP_SYS_ADMIN. From Linux 5.8.</summary>
    /// <param name="id">The kernel's number.</param>
    /// <returns>The link, to be disposed by the caller, which keeps it attached meanwhile; null when it is gone.</returns>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing.</exception>
    public static BpfLink? OpenById(uint id)
    {
        int result = KernelIds.Open(BpfCommand.LinkGetDescriptorById, id);
        return result switch
        {
            >= 0 => new BpfLink(new BpfHandle(result)),
            -Errno.ENOENT or -Errno.EAGAIN => null,
            _ => throw BpfErrors.Create("open link", $"id {id}", -result, "Opening by id needs CAP_SYS_ADMIN."),
        };
    }

    /// <summary>The numbers of all links in the kernel, smallest first. Links that come and go meanwhile may be missed. Needs CAP_SYS_ADMIN. From Linux 5.8.</summary>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing; thrown when the enumeration begins.</exception>
    public static IEnumerable<uint> EnumerateIds() => KernelIds.Enumerate(BpfCommand.LinkGetNextId, "links");
}
