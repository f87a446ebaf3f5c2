using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// One buffer that the kernel fills and this process empties. Positions count bytes since the buffer was made and never wrap. Used by one
/// thread at a time, except <see cref="Produced"/> and <see cref="Committed"/>; whoever calls makes sure that the memory is mapped, which
/// <see cref="Committed"/> alone does not need.
/// </summary>
internal abstract unsafe class RecordSource : IDisposable
{
    /// <summary>By how many bytes the kernel may have rounded a record's length up.</summary>
    internal abstract int Slack { get; }

    internal abstract int Index { get; }

    /// <summary>What becomes readable when there are records. Owned by others where the source is a map.</summary>
    internal abstract BpfHandle Descriptor { get; }

    internal abstract MappedMemory Memory { get; }

    internal abstract long Capacity { get; }

    /// <summary>Up to where the kernel has reserved.</summary>
    internal abstract ulong Produced { get; }

    /// <summary>Up to where the kernel may write again.</summary>
    internal abstract ulong Committed { get; }

    /// <summary>Up to where records are handed out.</summary>
    internal ulong Position { get; set; }

    internal long Records { get; set; }

    internal long Discarded { get; set; }

    internal long Lost { get; set; }

    /// <summary>Whether a record is ready at <see cref="Position"/>; asked after a full fence, so that no wake-up falls between.</summary>
    internal abstract bool HasRecord { get; }

    /// <summary>Hands out the next record, and may give back those before it.</summary>
    internal abstract bool TryNext(out byte* data, out int length);

    /// <summary>Gives everything handed out back to the kernel.</summary>
    internal abstract void Commit();

    public abstract void Dispose();
}
