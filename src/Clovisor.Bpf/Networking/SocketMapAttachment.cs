using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>A program attached to a map of sockets, for the sockets in it: by a link from Linux 6.10, or held by the map.</summary>
/// <remarks>Needs CAP_NET_ADMIN and CAP_BPF, or root. Not safe for use from several threads at once.</remarks>
public sealed class SocketMapAttachment : IDisposable
{
    private readonly BpfHandle? _map;
    private BpfProgram? _held;
    private bool _ended;

    private SocketMapAttachment(BpfAttachType attachType, BpfLink? link, BpfHandle? map)
    {
        AttachType = attachType;
        Link = link;
        _map = map;
    }

    /// <summary>The hook.</summary>
    public BpfAttachType AttachType { get; }

    /// <summary>The link, owned by this instance; null when the map itself holds the program.</summary>
    public BpfLink? Link { get; }

    internal static SocketMapAttachment Attach(BpfProgram program, BpfMap map, BpfAttachType attachType)
    {
        ArgumentNullException.ThrowIfNull(map);
        using BpfHandle.FdLease lease = map.Handle.Lease();
        var attributes = new LinkCreateAttributes { Target = (uint)lease.Descriptor, AttachType = (uint)attachType };
        int result = LinkCommands.TryCreate(program, ref attributes, out BpfLink? link);
        if (link is not null)
        {
            return new SocketMapAttachment(attachType, link, null);
        }

        if (!LinkCommands.MayBeMissing(result))
        {
            throw Refusal(program, map.Name, attachType, -result);
        }

        BpfHandle held = map.Handle.Duplicate($"map {map.Name}");
        result = Change(BpfCommand.ProgramAttach, program, held, attachType);
        if (result < 0)
        {
            held.Dispose();
            throw Refusal(program, map.Name, attachType, -result);
        }

        return new SocketMapAttachment(attachType, null, held) { _held = program.Duplicate() };
    }

    /// <summary>Swaps the program in one step.</summary>
    /// <param name="program">The program to run from now on, made for the same hook.</param>
    /// <exception cref="BpfException">The kernel refused; the old program goes on.</exception>
    public void Replace(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(_ended, this);
        Link?.Update(program);
        if (_map is not null && _held is { } old)
        {
            int result = Change(BpfCommand.ProgramAttach, program, _map, AttachType);
            if (result < 0)
            {
                throw Refusal(program, "of sockets", AttachType, -result);
            }

            _held = program.Duplicate();
            old.Dispose();
        }
    }

    /// <summary>Detaches. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Link?.Dispose();
        if (_map is not null && _held is { } program)
        {
            // ENOENT: somebody put another program in its place.
            _ = Change(BpfCommand.ProgramDetach, program, _map, AttachType);
        }

        _held?.Dispose();
        _map?.Dispose();
    }

    private static int Change(BpfCommand command, BpfProgram program, BpfHandle map, BpfAttachType attachType)
    {
        using BpfHandle.FdLease target = map.Lease();
        using BpfHandle.FdLease lease = program.Handle.Lease();
        var attributes = new ProgramAttachAttributes { Target = (uint)target.Descriptor, ProgramDescriptor = (uint)lease.Descriptor, AttachType = (uint)attachType };
        return BpfSyscall.Call(command, ref attributes);
    }

    private static BpfException Refusal(BpfProgram program, string map, BpfAttachType attachType, int errno) =>
        BpfErrors.Create($"attach {program.Name} to {attachType} of", $"map {map}", errno, errno switch
        {
            Errno.EINVAL => "The map is no map of sockets, or the program was loaded for another hook.",
            Errno.EBUSY or Errno.EEXIST => "The map has a program on this hook, or a stream verdict and a verdict without parser, which exclude each other.",
            Errno.EOPNOTSUPP => "The map is no map of sockets, or does not take programs on this hook.",
            _ => null,
        });
}
