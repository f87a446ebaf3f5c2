using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>The two commands that make links.</summary>
internal static unsafe class LinkCommands
{
    /// <summary>Makes a link of a program. Returns minus errno, and no link, when the kernel refuses.</summary>
    internal static int TryCreate(BpfProgram program, ref LinkCreateAttributes attributes, out BpfLink? link)
    {
        using BpfHandle.FdLease lease = program.Handle.Lease();
        attributes.ProgramDescriptor = (uint)lease.Descriptor;
        int result = BpfSyscall.Call(BpfCommand.LinkCreate, ref attributes);
        link = result >= 0 ? new BpfLink(new BpfHandle(result)) : null;
        return result;
    }

    /// <summary>As above, at a place among other programs.</summary>
    internal static int TryCreate(BpfProgram program, ref LinkCreateAttributes attributes, AttachOrder? order, ulong expectedRevision, out BpfLink? link)
    {
        attributes.Anchor.ExpectedRevision = expectedRevision;
        if (order is null)
        {
            return TryCreate(program, ref attributes, out link);
        }

        using AttachOrder.Lease place = order.Hold();
        attributes.Flags |= place.Flags;
        attributes.Anchor.RelativeTo = place.RelativeTo;
        return TryCreate(program, ref attributes, out link);
    }

    /// <summary>Opens a raw trace point: by name, or, with null, the kernel function that the program was loaded for.</summary>
    internal static int TryOpenRawTracepoint(BpfProgram program, string? name, ulong cookie, out BpfLink? link)
    {
        using BpfHandle.FdLease lease = program.Handle.Lease();
        fixed (byte* text = name is null ? null : NativeText.ToUtf8(name))
        {
            var attributes = new RawTracepointAttributes { Name = (ulong)text, ProgramDescriptor = (uint)lease.Descriptor, Cookie = cookie };
            int result = BpfSyscall.Call(BpfCommand.RawTracepointOpen, ref attributes);
            link = result >= 0 ? new BpfLink(new BpfHandle(result)) : null;
            return result;
        }
    }

    /// <summary>Whether a refusal can mean that the kernel lacks the kind of link. EINVAL is what older kernels say, and has other causes as well.</summary>
    internal static bool MayBeMissing(int result) => result is -Errno.EINVAL or -Errno.EOPNOTSUPP or -Errno.ENOTSUPP or -Errno.E2BIG;
}
