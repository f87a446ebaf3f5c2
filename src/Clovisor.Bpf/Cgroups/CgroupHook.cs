using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Cgroups;

/// <summary>One hook of one control group, held open: detaching must not depend on the group's path.</summary>
internal sealed class CgroupHook : IDisposable
{
    private const uint AllowOverride = 1;
    private const uint AllowMultiple = 2;
    private const uint Preorder = 1 << 6;

    private readonly BpfHandle _group;
    private readonly BpfAttachType _attachType;

    internal CgroupHook(string path, BpfAttachType attachType)
    {
        Path = path;
        _group = Cgroup.Open(path);
        _attachType = attachType;
    }

    internal string Path { get; }

    /// <summary>Creates a link. Minus errno when the kernel refuses.</summary>
    internal int TryLink(BpfProgram program, CgroupAttachOptions options, out BpfLink? link)
    {
        using BpfHandle.FdLease lease = _group.Lease();
        var attributes = new LinkCreateAttributes
        {
            Target = (uint)lease.Descriptor,
            AttachType = (uint)_attachType,
            Flags = options.BeforeDescendants ? Preorder : 0,
        };
        return LinkCommands.TryCreate(program, ref attributes, options.Order, options.ExpectedRevision, out link);
    }

    /// <summary>Attaches without a link. Minus errno when the kernel refuses.</summary>
    internal int TryAttach(BpfProgram program, CgroupAttachmentKind kind, CgroupAttachOptions options)
    {
        using BpfHandle.FdLease lease = _group.Lease();
        using BpfHandle.FdLease programLease = program.Handle.Lease();
        var attributes = new ProgramAttachAttributes
        {
            Target = (uint)lease.Descriptor,
            ProgramDescriptor = (uint)programLease.Descriptor,
            AttachType = (uint)_attachType,
            Flags = (kind == CgroupAttachmentKind.Multiple ? AllowMultiple : AllowOverride) | (options.BeforeDescendants ? Preorder : 0),
            ExpectedRevision = options.ExpectedRevision,
        };
        if (options.Order is null)
        {
            return BpfSyscall.Call(BpfCommand.ProgramAttach, ref attributes);
        }

        using AttachOrder.Lease place = options.Order.Hold();
        attributes.Flags |= place.Flags;
        attributes.RelativeTo = place.RelativeTo;
        return BpfSyscall.Call(BpfCommand.ProgramAttach, ref attributes);
    }

    /// <summary>Takes out a program that was attached without a link. Gone already is success.</summary>
    internal void Detach(BpfProgram program)
    {
        using BpfHandle.FdLease lease = _group.Lease();
        using BpfHandle.FdLease programLease = program.Handle.Lease();
        var attributes = new ProgramAttachAttributes
        {
            Target = (uint)lease.Descriptor,
            ProgramDescriptor = (uint)programLease.Descriptor,
            AttachType = (uint)_attachType,
        };
        int result = BpfSyscall.Call(BpfCommand.ProgramDetach, ref attributes);
        if (result is < 0 and not -Errno.ENOENT)
        {
            throw BpfErrors.Create($"detach {program.Name} from {_attachType} of", $"control group {Path}", -result);
        }
    }

    /// <summary>The programs of a name that are attached here without a link, other than one. The caller disposes them.</summary>
    internal List<BpfProgram> FindByName(BpfProgram other)
    {
        var found = new List<BpfProgram>();
        foreach (BpfAttachedProgram attached in BpfAttachments.OfCgroup(Path, _attachType).Programs)
        {
            if (attached.ProgramId != other.Id && BpfProgram.OpenById(attached.ProgramId) is { } program)
            {
                if (program.KernelName == other.KernelName)
                {
                    found.Add(program);
                }
                else
                {
                    program.Dispose();
                }
            }
        }

        return found;
    }

    internal BpfException Refusal(BpfProgram program, int errno) =>
        BpfErrors.Create($"attach {program.Name} to {_attachType} of", $"control group {Path}", errno, errno switch
        {
            Errno.EINVAL => $"The kernel knows no such hook, the program was loaded for another one ({program.ExpectedAttachType?.ToString() ?? "unknown"}), or the order, revision or BeforeDescendants needs a newer kernel (Linux 6.17, 6.15).",
            Errno.EPERM => "A group above may have attached a single program and does not let it be overridden.",
            Errno.EEXIST => "The program is attached there already.",
            Errno.E2BIG => "The hook holds as many programs as it can.",
            Errno.ENOENT => "What the order names is not on this hook.",
            Errno.ESTALE => "The hook has another revision than the one expected: somebody attached or detached meanwhile. Query it again.",
            _ => null,
        });

    public void Dispose() => _group.Dispose();
}
