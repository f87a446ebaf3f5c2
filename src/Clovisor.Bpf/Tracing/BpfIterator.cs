using Clovisor.Bpf.Cgroups;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Bpf.Tracing;

/// <summary>An iterator: a program that writes text or records about every object of a kind, each time it is read.</summary>
/// <remarks>Any number of readers can be open at a time. Pinning the link makes the path a file that <c>cat</c> can read. Safe to use from any thread.</remarks>
public sealed class BpfIterator : IDisposable
{
    private BpfIterator(BpfLink link) => Link = link;

    /// <summary>The link, owned by this instance.</summary>
    public BpfLink Link { get; }

    internal static unsafe BpfIterator Attach(BpfProgram program, BpfIteratorOptions options)
    {
        BpfHandle? group = options.CgroupPath is null ? null : Cgroup.Open(options.CgroupPath);
        using (group)
        using (BpfHandle.FdLease lease = (options.Map?.Handle ?? group ?? program.Handle).Lease())
        {
            IteratorInfo info = default;
            bool any = true;
            if (options.Map is not null)
            {
                info.First = (uint)lease.Descriptor;
            }
            else if (group is not null)
            {
                (info.First, info.Second) = ((uint)options.CgroupWalk, (uint)lease.Descriptor);
            }
            else if (options.ThreadId != 0 || options.ProcessId != 0)
            {
                (info.First, info.Second) = ((uint)options.ThreadId, (uint)options.ProcessId);
            }
            else
            {
                any = false;
            }

            var attributes = new LinkCreateAttributes { AttachType = (uint)BpfAttachType.TraceIterator };
            if (any)
            {
                attributes.Iterator = new LinkCreateAttributes.IteratorTail { Info = (ulong)(&info), InfoLength = (uint)sizeof(IteratorInfo) };
            }

            int result = LinkCommands.TryCreate(program, ref attributes, out BpfLink? link);
            return link is null ? throw Refusal(program, -result) : new BpfIterator(link);
        }
    }

    /// <summary>Starts a walk and gives what the program writes, until the walk ends. The caller disposes it. From Linux 5.8.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public Stream Open()
    {
        using BpfHandle.FdLease lease = Link.Handle.Lease();
        var attributes = new IteratorCreateAttributes { LinkDescriptor = (uint)lease.Descriptor };
        int result = BpfSyscall.Call(BpfCommand.IteratorCreate, ref attributes);
        return result >= 0
            ? new FileStream(new SafeFileHandle(result, ownsHandle: true), FileAccess.Read, bufferSize: 0)
            : throw BpfErrors.Create("start", $"the iterator of {Link}", -result);
    }

    /// <summary>Walks once and gives what the program writes line by line, as the walk goes on.</summary>
    /// <exception cref="BpfException">The kernel refused; thrown when the enumeration begins.</exception>
    public IEnumerable<string> ReadLines()
    {
        using var reader = new StreamReader(Open());
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Ends the iterator, unless its link is pinned. Readers that are open go on.</summary>
    public void Dispose() => Link.Dispose();

    private static BpfException Refusal(BpfProgram program, int errno) => BpfErrors.Create("attach", $"iterator {program.Name}", errno, errno switch
    {
        Errno.EBADF => "The program walks the entries of a map: give Map.",
        Errno.EINVAL => "The program is no iterator, or walks other objects than the options name, or the map's keys or values are smaller than what it reads.",
        Errno.EACCES => "The program reads more of a key or value than the map has, or writes to it.",
        3 => "There is no such process or thread.",
        _ => null,
    });

    /// <summary><c>union bpf_iter_link_info</c>: the map; or the way and the group; or the thread and the process.</summary>
    private struct IteratorInfo
    {
        internal uint First, Second;
        internal ulong Third;
    }
}
