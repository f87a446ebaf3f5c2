namespace Clovisor.Bpf.RingBuffers;

/// <summary>How a reader waits and what it counts.</summary>
public sealed record BpfReaderOptions
{
    /// <summary>
    /// How often a waiting reader looks by itself, at least 1 ms. Null, the default: only when the kernel wakes it. Needed where programs
    /// submit with <c>BPF_RB_NO_WAKEUP</c> and nothing else wakes the reader.
    /// </summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>The clock of <see cref="PollInterval"/>; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Gives the records that the program could not place, from a map where the program counts them: the kernel does not count what does
    /// not fit a ring buffer. Null, the default: not counted.
    /// </summary>
    public Func<long>? LostCounter { get; init; }

    /// <summary>The options, or the defaults; throws what the caller did wrong.</summary>
    internal static BpfReaderOptions Validate(BpfReaderOptions? options)
    {
        options ??= new BpfReaderOptions();
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        if (options.PollInterval is { } interval)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1), nameof(PollInterval));
        }

        return options;
    }
}
