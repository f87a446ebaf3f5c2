using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>Memory of a map or a perf event, mapped into this process; unmapped when the last lease on it is gone.</summary>
internal sealed unsafe class MappedMemory : SafeHandle
{
    private MappedMemory(void* start, nuint length) : base(0, ownsHandle: true)
    {
        Length = length;
        SetHandle((nint)start);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The first byte. To be used only under a lease, or by an owner that knows the memory to be mapped.</summary>
    internal byte* Start => (byte*)handle;

    internal nuint Length { get; }

    /// <summary>Maps a part of what a descriptor stands for.</summary>
    /// <inheritdoc cref="MapPages" path="/param"/>
    internal static MappedMemory Map(
        BpfHandle owner, nuint length, nint offset, bool writable, string target, Func<int, string?>? hint = null) =>
        new(MapPages(owner, length, offset, writable, target, hint), length);

    /// <summary>As <see cref="Map"/>, for an owner of its own kind.</summary>
    /// <param name="owner">The descriptor.</param>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="offset">From where on, a multiple of the page size.</param>
    /// <param name="writable">False maps it read-only: a write ends the process.</param>
    /// <param name="target">What it is, for the message.</param>
    /// <param name="hint">What to do about a refusal with this error number.</param>
    internal static byte* MapPages(
        BpfHandle owner, nuint length, nint offset, bool writable, string target, Func<int, string?>? hint = null)
    {
        using BpfHandle.FdLease lease = owner.Lease();
        int protection = LibC.PROT_READ | (writable ? LibC.PROT_WRITE : 0);
        void* start = BpfSyscall.Map(lease.Descriptor, length, protection, offset, out int errno);
        return start is not null ? (byte*)start : throw BpfErrors.Create("map into memory", target, errno, hint?.Invoke(errno));
    }

    /// <summary>
    /// Puts private pages of zero where a mapping was, which lets go of what was mapped and keeps the addresses: whoever still touches them
    /// does not end the process. False when the kernel refused, and the mapping stays.
    /// </summary>
    internal static bool Retire(void* start, nuint length) =>
        LibC.mmap(
            start,
            length,
            LibC.PROT_READ | LibC.PROT_WRITE,
            LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE | LibC.MAP_FIXED,
            -1,
            0) == start;

    /// <summary>Holds the memory mapped. Throws <see cref="ObjectDisposedException"/> after disposal.</summary>
    internal MemoryLease Lease() => new(this);

    protected override bool ReleaseHandle()
    {
        _ = LibC.munmap((void*)handle, Length);
        return true;
    }

    /// <summary>A counted reference: another thread's Dispose unmaps only when it is given back.</summary>
    internal readonly ref struct MemoryLease
    {
        private readonly MappedMemory _owner;

        internal MemoryLease(MappedMemory owner)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        public void Dispose() => _owner.DangerousRelease();
    }
}
