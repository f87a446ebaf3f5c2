using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>
/// Where among the programs of a hook a new one goes. Programs run in order, until one decides. tcx and netkit from Linux 6.6 and 6.7, cgroups
/// from 6.17. A neighbour that is not on the hook is refused with ENOENT.
/// </summary>
public sealed class AttachOrder
{
    private const uint FlagBefore = 1 << 3;
    private const uint FlagAfter = 1 << 4;
    private const uint FlagId = 1 << 5;
    private const uint FlagLink = 1 << 13;

    private readonly uint _flags;
    private readonly BpfHandle? _neighbour;
    private readonly uint _id;

    private AttachOrder(uint flags, BpfHandle? neighbour = null, uint id = 0)
    {
        _flags = flags;
        _neighbour = neighbour;
        _id = id;
    }

    /// <summary>Before all others.</summary>
    public static AttachOrder First { get; } = new(FlagBefore);

    /// <summary>After all others: the default.</summary>
    public static AttachOrder Last { get; } = new(FlagAfter);

    /// <summary>Directly before another attachment.</summary>
    /// <param name="link">A link of the same hook. It must not be disposed until the order is used.</param>
    public static AttachOrder Before(BpfLink link) => new(FlagBefore | FlagLink, Require(link).Handle);

    /// <summary>Directly after another attachment.</summary>
    /// <param name="link">A link of the same hook. It must not be disposed until the order is used.</param>
    public static AttachOrder After(BpfLink link) => new(FlagAfter | FlagLink, Require(link).Handle);

    /// <summary>Directly before a program.</summary>
    /// <param name="program">A program that is attached to the same hook. It must not be disposed until the order is used.</param>
    public static AttachOrder Before(BpfProgram program) => new(FlagBefore, Require(program).Handle);

    /// <summary>Directly after a program.</summary>
    /// <param name="program">A program that is attached to the same hook. It must not be disposed until the order is used.</param>
    public static AttachOrder After(BpfProgram program) => new(FlagAfter, Require(program).Handle);

    /// <summary>Directly before the link with a number, as <see cref="BpfAttachments"/> lists it.</summary>
    /// <param name="id">The kernel's number of the link.</param>
    public static AttachOrder BeforeLink(uint id) => new(FlagBefore | FlagLink | FlagId, null, id);

    /// <summary>Directly after the link with a number, as <see cref="BpfAttachments"/> lists it.</summary>
    /// <param name="id">The kernel's number of the link.</param>
    public static AttachOrder AfterLink(uint id) => new(FlagAfter | FlagLink | FlagId, null, id);

    /// <summary>Directly before the program with a number.</summary>
    /// <param name="id">The kernel's number of the program.</param>
    public static AttachOrder BeforeProgram(uint id) => new(FlagBefore | FlagId, null, id);

    /// <summary>Directly after the program with a number.</summary>
    /// <param name="id">The kernel's number of the program.</param>
    public static AttachOrder AfterProgram(uint id) => new(FlagAfter | FlagId, null, id);

    internal Lease Hold() => new(this);

    private static T Require<T>(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    /// <summary>What goes into the attributes; holds the neighbour's descriptor open meanwhile.</summary>
    internal readonly ref struct Lease
    {
#pragma warning disable CA2213 // the rule does not see that Dispose below disposes it
        private readonly BpfHandle.FdLease _neighbour;
#pragma warning restore CA2213

        internal Lease(AttachOrder order)
        {
            Flags = order._flags;
            RelativeTo = order._id;
            if (order._neighbour is { } neighbour)
            {
                _neighbour = neighbour.Lease();
                RelativeTo = (uint)_neighbour.Descriptor;
            }
        }

        internal uint Flags { get; }

        internal uint RelativeTo { get; }

        public void Dispose() => _neighbour.Dispose();
    }
}
