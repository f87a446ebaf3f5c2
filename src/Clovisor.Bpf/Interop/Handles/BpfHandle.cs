using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>Owns one file descriptor of the kernel: a program, a map, a link, a BTF blob or a socket.</summary>
internal sealed class BpfHandle : SafeHandle
{
    private DescriptorTrace.Opening? _opening;
    private bool _hasUses;

    internal BpfHandle(int descriptor) : base(-1, ownsHandle: true)
    {
        SetHandle(descriptor);
        _opening = DescriptorTrace.IsEnabled ? DescriptorTrace.Opened(descriptor) : null;
    }

    public override bool IsInvalid => handle < 0;

    /// <summary>Says that it is meant to stay open until the process ends, which is no leak.</summary>
    internal BpfHandle KeepForProcess()
    {
        if (Interlocked.Exchange(ref _opening, null) is { } opening)
        {
            DescriptorTrace.Closed(opening, lost: false);
        }

        return this;
    }

    /// <summary>Holds the descriptor open for one call. Throws <see cref="ObjectDisposedException"/> after disposal.</summary>
    internal FdLease Lease() => new(this);

    /// <summary>
    /// Begins a call that holds the descriptor without counting. Throws <see cref="ObjectDisposedException"/> after disposal. The caller ends the use by
    /// <see cref="DescriptorUse.End"/> and keeps the handle reachable until then; what may stand in between, <see cref="DescriptorUse"/> says.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal DescriptorUse Use(out int descriptor)
    {
        descriptor = (int)handle;
        DescriptorUse use = DescriptorUse.OfThread;
        use.Begin(descriptor);
        if (!_hasUses)
        {
            // A full fence once: from here on, who closes knows that there are uses to wait for, or this thread sees that it is closed.
            Volatile.Write(ref _hasUses, true);
            Interlocked.MemoryBarrier();
        }

        if (IsClosed)
        {
            EndAndThrow(use);
        }

        return use;
    }

    /// <summary>A second descriptor of the same kernel object, closed on exec.</summary>
    internal BpfHandle Duplicate(string target)
    {
        using FdLease lease = Lease();
        return Duplicate(lease.Descriptor, target);
    }

    /// <summary>As <see cref="Duplicate(string)"/>, of a descriptor somebody else owns.</summary>
    internal static BpfHandle Duplicate(int descriptor, string target)
    {
        int copy;
        if (SubstituteKernel.OwnerOf(descriptor) is { } substitute)
        {
            copy = substitute.Duplicate(descriptor);
        }
        else
        {
            copy = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 3);
            copy = copy >= 0 ? copy : -Marshal.GetLastPInvokeError();
        }

        return copy >= 0 ? new BpfHandle(copy) : throw BpfErrors.Create("duplicate the descriptor of", target, -copy);
    }

    // A failing close leaves nothing to do: the number is released either way.
    protected override bool ReleaseHandle()
    {
        int descriptor = (int)handle;
        if (Volatile.Read(ref _hasUses))
        {
            DescriptorUse.AwaitEnd(descriptor);
        }

        if (SubstituteKernel.IsSubstitute(descriptor))
        {
            SubstituteKernel.OwnerOf(descriptor)?.Close(descriptor);
        }
        else
        {
            _ = LibC.close(descriptor);
        }

        return true;
    }

    // The finalizer comes here as well, and then nobody closed it: the trace keeps such an opening as lost.
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_opening is { } opening)
        {
            DescriptorTrace.Closed(opening, lost: !disposing);
        }
    }

    [DoesNotReturn]
    private void EndAndThrow(DescriptorUse use)
    {
        use.End();
        throw new ObjectDisposedException(GetType().FullName);
    }

    /// <summary>A counted reference on the handle, so that another thread's Dispose cannot recycle the number under a call.</summary>
    internal readonly ref struct FdLease
    {
        private readonly BpfHandle? _owner;

        internal FdLease(BpfHandle owner)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
            Descriptor = (int)owner.handle;
        }

        internal int Descriptor { get; }

        public void Dispose() => _owner?.DangerousRelease();
    }
}
