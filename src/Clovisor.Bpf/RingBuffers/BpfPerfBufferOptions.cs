using System.Numerics;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>How large a perf buffer is and when it wakes its reader.</summary>
public sealed record BpfPerfBufferOptions
{
    /// <summary>Pages of memory for each CPU, a power of two; 8 by default.</summary>
    public int PagesPerCpu { get; init; } = 8;

    /// <summary>How many records of a CPU wake the reader, at least 1, which is the default. Not used with <see cref="WatermarkBytes"/>.</summary>
    public int WakeupRecords { get; init; } = 1;

    /// <summary>How many bytes of a CPU wake the reader; 0, the default, counts records instead.</summary>
    public int WatermarkBytes { get; init; }

    /// <summary>How to wait and what to count; the defaults when null. What is lost is counted by the kernel.</summary>
    public BpfReaderOptions? Reader { get; init; }

    internal static BpfPerfBufferOptions Validate(BpfPerfBufferOptions? options)
    {
        options ??= new BpfPerfBufferOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WakeupRecords, 1, nameof(WakeupRecords));
        ArgumentOutOfRangeException.ThrowIfNegative(options.WatermarkBytes, nameof(WatermarkBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PagesPerCpu, 1, nameof(PagesPerCpu));
        if (!BitOperations.IsPow2(options.PagesPerCpu))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.PagesPerCpu, $"{nameof(PagesPerCpu)}: the kernel wants a power of two.");
        }

        return options;
    }
}
