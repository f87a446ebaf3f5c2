namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// How the kernel lays out a ring buffer: a page with the consumer's position, a page with the producer's, then the data, mapped twice in
/// a row so that no record is ever broken in two. Before each record stand 8 bytes: its length with two flags, and the kernel's page offset.
/// </summary>
internal static class RingLayout
{
    internal const int HeaderSize = 8;
    internal const uint Busy = 1u << 31;
    internal const uint Discard = 1u << 30;
    internal const uint LengthMask = ~(Busy | Discard);

    /// <summary>The bytes that a record takes: header and data, rounded up to 8.</summary>
    internal static ulong RecordSize(uint length) => ((ulong)length + HeaderSize + 7) & ~7UL;
}
