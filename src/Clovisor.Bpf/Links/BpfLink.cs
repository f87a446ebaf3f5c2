using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>Holds a program attached. The attachment ends when the last descriptor is closed and no pin is left.</summary>
/// <remarks>
/// Four ends are told apart. <see cref="Dispose"/> closes this descriptor, which detaches unless the link is pinned or held elsewhere.
/// <see cref="Detach"/> ends the attachment at once, whoever holds or pins it. <see cref="Pin"/> lets it outlive the process.
/// <see cref="Disconnect"/> lets it outlive this object, but not the process. A link that ends in none of these ways detaches when the garbage collector
/// finds it, and <see cref="Abandoned"/> says so: keep it. Safe to use from any thread.
/// </remarks>
public sealed partial class BpfLink : IDisposable
{
    private const uint Replace = 1 << 2;

    private readonly BpfHandle _handle;
    private string? _pinPath;
    private bool _ended;

    internal BpfLink(BpfHandle handle, string? pinPath = null)
    {
        _handle = handle;
        _pinPath = pinPath;
        int result = LinkInfoReader.TryReadId(handle, out uint id);
        Id = id;
        if (result < 0)
        {
            // Nothing was attached through this object: closing is all there is to do.
            GC.SuppressFinalize(this);
            handle.Dispose();
            throw BpfErrors.Create("describe", pinPath is null ? "a link" : $"the link pinned at {pinPath}", -result, "The descriptor is not of a link.");
        }
    }

    /// <summary>The kernel's number of this link, unique while it lives.</summary>
    public uint Id { get; }

    /// <summary>The path it was pinned at or opened from through this instance; null when there is none.</summary>
    public string? PinPath => _pinPath;

    internal BpfHandle Handle => _handle;

    /// <summary>Opens a link by the path it is pinned at. Needs CAP_BPF or root, and rights on the path.</summary>
    /// <param name="path">A path in a BPF file system.</param>
    /// <exception cref="BpfException">Nothing is pinned there, or not a link.</exception>
    public static BpfLink OpenPinned(string path) => new(BpfSyscall.OpenPinned(path, DescriptorKind.Link), path);

    /// <summary>Asks the kernel what the link does now: the answer is a record of the link's own type, <see cref="TcxLinkInfo"/> for one. From Linux 5.8.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfLinkInfo ReadInfo()
    {
        int result = LinkInfoReader.TryRead(_handle, out BpfLinkInfo? info);
        return info ?? throw BpfErrors.Create("describe", Describe(), -result);
    }

    /// <summary>Gives the link a path in a BPF file system, by which the attachment outlives this process.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">The path exists, or is not in a BPF file system.</exception>
    public void Pin(string path)
    {
        BpfSyscall.Pin(_handle, path, Describe());
        _pinPath = path;
    }

    /// <summary>Removes the path. The attachment then lasts as long as descriptors are open.</summary>
    /// <exception cref="InvalidOperationException">The link was neither pinned nor opened from a pin through this instance.</exception>
    /// <exception cref="BpfException">The path could not be removed.</exception>
    public void Unpin()
    {
        string path = _pinPath ?? throw new InvalidOperationException($"{Describe()} has no pin to remove.");
        using (BpfHandle.FdLease lease = _handle.Lease())
        {
            int result = BpfSyscall.RemovePin(path, lease.Descriptor);
            if (result < 0)
            {
                throw BpfErrors.Create("remove the pin", path, -result);
            }
        }

        _pinPath = null;
    }

    /// <summary>Replaces the program behind the link without a gap: every packet sees the old one or the new one. From Linux 5.7.</summary>
    /// <param name="newProgram">The program to run from now on, of the same type.</param>
    /// <param name="expectedOld">When given, the program that must be running still: compare and swap.</param>
    /// <exception cref="BpfException">Another program runs than expected (EPERM), or the kernel refused otherwise. The link is unchanged.</exception>
    public void Update(BpfProgram newProgram, BpfProgram? expectedOld = null)
    {
        ArgumentNullException.ThrowIfNull(newProgram);
        using BpfHandle.FdLease link = _handle.Lease();
        using BpfHandle.FdLease program = newProgram.Handle.Lease();
        int result;
        if (expectedOld is null)
        {
            result = Update(link.Descriptor, program.Descriptor, 0, 0);
        }
        else
        {
            using BpfHandle.FdLease old = expectedOld.Handle.Lease();
            result = Update(link.Descriptor, program.Descriptor, Replace, (uint)old.Descriptor);
        }

        if (result == -Errno.EPERM && expectedOld is not null)
        {
            throw new BpfException(
                "swap the program of", Describe(), Errno.EPERM, $"It does not run {expectedOld.Name} (id {expectedOld.Id}) but the program with id {ReadInfo().ProgramId}.");
        }

        if (result < 0)
        {
            throw BpfErrors.Create("replace the program of", Describe(), -result, result == -Errno.ENOLINK ? "The link is detached, for example since its device is gone." : null);
        }
    }

    /// <summary>Ends the attachment at once, pinned or not; descriptors and pins stay, as those of a link that does nothing. From Linux 5.9.</summary>
    /// <exception cref="BpfException">The kernel cannot detach links of this type.</exception>
    public void Detach()
    {
        using BpfHandle.FdLease lease = _handle.Lease();
        var attributes = new LinkDetachAttributes { LinkDescriptor = (uint)lease.Descriptor };
        int result = BpfSyscall.Call(BpfCommand.LinkDetach, ref attributes);
        if (result < 0)
        {
            throw BpfErrors.Create("detach", Describe(), -result);
        }

        _ended = true;
    }

    /// <summary>Closes this descriptor, which detaches unless the link is pinned or held elsewhere.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();

    private static int Update(int link, int program, uint flags, uint old)
    {
        var attributes = new LinkUpdateAttributes
        {
            LinkDescriptor = (uint)link,
            NewProgramDescriptor = (uint)program,
            Flags = flags,
            OldProgramDescriptor = old,
        };
        return BpfSyscall.Call(BpfCommand.LinkUpdate, ref attributes);
    }

    private string Describe() => _pinPath is null ? $"link {Id}" : $"link {Id} pinned at {_pinPath}";
}
