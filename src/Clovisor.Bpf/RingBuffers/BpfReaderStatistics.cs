namespace Clovisor.Bpf.RingBuffers;

/// <summary>What went through a reader since it was made.</summary>
/// <param name="Records">Records handed out.</param>
/// <param name="Discarded">Records that programs reserved and gave up; passed over.</param>
/// <param name="Lost">Records that found no room: counted by the kernel for perf buffers, by
/// <see cref="BpfReaderOptions.LostCounter"/> for ring buffers, 0 without one.</param>
/// <param name="AvailableBytes">Bytes that wait to be read, headers included, at the moment of asking.</param>
/// <param name="CapacityBytes">Size of the buffer, of all together where there are several.</param>
public readonly record struct BpfReaderStatistics(long Records, long Discarded, long Lost, long AvailableBytes, long CapacityBytes);
