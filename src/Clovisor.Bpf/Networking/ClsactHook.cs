using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Netlink;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>Attaching by clsact: a filter on a queueing discipline that may be somebody else's.</summary>
/// <remarks>
/// A filter outlives its process, so what the next process must know stands in the filter's name: whose it is, and whether the
/// discipline was created for it.
/// </remarks>
internal sealed class ClsactHook : IDisposable
{
    private const string OwnedSuffix = ":qdisc";

    // Held for its network namespace: detaching must not depend on the thread that asks for it.
    private readonly NetlinkSocket _socket;
    private readonly int _interfaceIndex;
    private readonly TcDirection _direction;
    private readonly TcAttachOptions _options;
    private string _filterName;
    private uint _programId;

    private ClsactHook(
        NetlinkSocket socket, int interfaceIndex, TcDirection direction, TcAttachOptions options, string filterName, uint programId)
    {
        _socket = socket;
        _interfaceIndex = interfaceIndex;
        _direction = direction;
        _options = options;
        _filterName = filterName;
        _programId = programId;
    }

    internal static ClsactHook Attach(
        BpfProgram program, int interfaceIndex, TcDirection direction, TcAttachOptions options, out bool adopted)
    {
        var socket = new NetlinkSocket();
        bool created = false;
        try
        {
            created = EnsureQdisc(socket, interfaceIndex, direction);
            TcFilter? existing = Find(socket, interfaceIndex, direction, options);
            if (existing is not null && ProgramOf(existing) != program.KernelName)
            {
                throw new BpfException(
                    $"attach {program.Name} by clsact to the {direction} side of",
                    $"interface {interfaceIndex}",
                    Errno.EEXIST,
                    $"Priority {options.Priority}, handle {options.Handle} is taken by the filter \"{existing.Name}\" of kind {existing.Kind}. Choose another Priority or Handle.");
            }

            adopted = existing is not null;
            bool owned = created || IsOurs(socket, interfaceIndex);
            string name = owned ? program.KernelName + OwnedSuffix : program.KernelName;
            TrafficControl.SetFilter(socket, interfaceIndex, direction, options.Priority, options.Handle, name, program.Handle, adopted);
            return new ClsactHook(socket, interfaceIndex, direction, options, name, program.Id);
        }
        catch
        {
            if (created)
            {
                RemoveQdiscIfEmpty(socket, interfaceIndex);
            }

            socket.Dispose();
            throw;
        }
    }

    internal void Replace(BpfProgram program)
    {
        string name = _filterName.EndsWith(OwnedSuffix, StringComparison.Ordinal) ? program.KernelName + OwnedSuffix : program.KernelName;
        TrafficControl.SetFilter(_socket, _interfaceIndex, _direction, _options.Priority, _options.Handle, name, program.Handle, replace: true);
        _filterName = name;
        _programId = program.Id;
    }

    /// <summary>Removes the filter unless somebody put another program in its place, and the discipline if it is ours and empty.</summary>
    internal void Detach()
    {
        if (Find(_socket, _interfaceIndex, _direction, _options) is { } filter && filter.ProgramId == _programId)
        {
            Remove(_socket, _interfaceIndex, _direction, filter);
        }
    }

    /// <summary>Lets go of the namespace; the filter stays.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>Removes what a process that is gone has left. False when there is nothing of that name.</summary>
    internal static bool Remove(int interfaceIndex, TcDirection direction, string programName, TcAttachOptions options)
    {
        using var socket = new NetlinkSocket();
        if (Find(socket, interfaceIndex, direction, options) is not { } filter || ProgramOf(filter) != programName)
        {
            return false;
        }

        Remove(socket, interfaceIndex, direction, filter);
        return true;
    }

    private static void Remove(NetlinkSocket socket, int interfaceIndex, TcDirection direction, TcFilter filter)
    {
        TrafficControl.DeleteFilter(socket, interfaceIndex, direction, filter.Priority, filter.Handle);
        if (filter.Name.EndsWith(OwnedSuffix, StringComparison.Ordinal))
        {
            RemoveQdiscIfEmpty(socket, interfaceIndex);
        }
    }

    private static bool EnsureQdisc(NetlinkSocket socket, int interfaceIndex, TcDirection direction)
    {
        if (TrafficControl.AddClsact(socket, interfaceIndex))
        {
            return true;
        }

        // The older "ingress" discipline takes filters for egress as well, and runs them for incoming packets.
        if (direction == TcDirection.Egress && TrafficControl.FindQdisc(socket, interfaceIndex) == "ingress")
        {
            throw new BpfException(
                "attach by clsact to the Egress side of",
                $"interface {interfaceIndex}",
                Errno.EEXIST,
                "The device has the queueing discipline \"ingress\", which has no egress side and stands where clsact would. Replace it by clsact, or use tcx.");
        }

        return false;
    }

    private static TcFilter? Find(NetlinkSocket socket, int interfaceIndex, TcDirection direction, TcAttachOptions options) =>
        List(socket, interfaceIndex, direction)
            .Find(filter => filter.Priority == options.Priority && filter.Handle == options.Handle);

    private static bool IsOurs(NetlinkSocket socket, int interfaceIndex) =>
        AllFilters(socket, interfaceIndex).Exists(static filter => filter.IsBpf && filter.Name.EndsWith(OwnedSuffix, StringComparison.Ordinal));

    private static void RemoveQdiscIfEmpty(NetlinkSocket socket, int interfaceIndex)
    {
        if (TrafficControl.FindQdisc(socket, interfaceIndex) == "clsact" && AllFilters(socket, interfaceIndex).Count == 0)
        {
            TrafficControl.DeleteClsact(socket, interfaceIndex);
        }
    }

    private static List<TcFilter> AllFilters(NetlinkSocket socket, int interfaceIndex) =>
        [.. List(socket, interfaceIndex, TcDirection.Ingress), .. List(socket, interfaceIndex, TcDirection.Egress)];

    // Without the discipline, or without the device, there is nothing to list; the kernel words that as an error.
    private static List<TcFilter> List(NetlinkSocket socket, int interfaceIndex, TcDirection direction)
    {
        try
        {
            return TrafficControl.ListFilters(socket, interfaceIndex, direction);
        }
        catch (BpfException e) when (e.Errno is Errno.EINVAL or Errno.ENOENT or Errno.ENODEV)
        {
            return [];
        }
    }

    private static string ProgramOf(TcFilter filter) => filter.Name.EndsWith(OwnedSuffix, StringComparison.Ordinal)
        ? filter.Name[..^OwnedSuffix.Length]
        : filter.Name;
}
