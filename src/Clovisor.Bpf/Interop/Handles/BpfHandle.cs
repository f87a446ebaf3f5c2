using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>Owns one file descriptor of the kernel: a program, a map, a link, a BTF blob or a socket.</summary>
internal sealed class BpfHandle : SafeHandle
{
    internal BpfHandle(int descriptor) : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    /// <summary>Holds the descriptor open for one call. Throws <see cref="ObjectDisposedException"/> after disposal.</summary>
    internal FdLease Lease() => new(this);

    /// <summary>A second descriptor of the same kernel object, closed on exec.</summary>
    internal BpfHandle Duplicate(string target)
    {
        using FdLease lease = Lease();
        return Duplicate(lease.Descriptor, target);
    }

    /// <summary>As <see cref="Duplicate(string)"/>, of a descriptor somebody else owns.</summary>
    internal static BpfHandle Duplicate(int descriptor, string target)
    {
        int copy = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 3);
        return copy >= 0
            ? new BpfHandle(copy)
            : throw BpfErrors.Create("duplicate the descriptor of", target, Marshal.GetLastPInvokeError());
    }

    // A failing close leaves nothing to do: the number is released either way.
    protected override bool ReleaseHandle()
    {
        _ = LibC.close((int)handle);
        return true;
    }

    /// <summary>A counted reference on the handle, so that another thread's Dispose cannot recycle the number under a call.</summary>
    internal readonly ref struct FdLease
    {
        private readonly BpfHandle _owner;

        internal FdLease(BpfHandle owner)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
            Descriptor = (int)owner.handle;
        }

        internal int Descriptor { get; }

        public void Dispose() => _owner.DangerousRelease();
    }
}
