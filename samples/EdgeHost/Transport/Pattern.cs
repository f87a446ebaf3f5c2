namespace Clovisor.EdgeHost.Transport;

/// <summary>Bodies of a wanted length and pace.</summary>
internal static class Pattern
{
    private const int Chunk = 64 * 1024;
    private const int ChunksPerSecond = 50;

    /// <summary>Writes so many bytes; as fast as they are taken, or at a pace.</summary>
    /// <param name="rate">Bytes per second; 0 for no limit.</param>
    public static async Task WriteAsync(Stream target, long length, long rate, TimeProvider time, CancellationToken cancellationToken)
    {
        int size = rate == 0 ? Chunk : (int)Math.Clamp(rate / ChunksPerSecond, 1, Chunk);
        byte[] block = new byte[size];
        Array.Fill(block, (byte)'c');
        long started = time.GetTimestamp();
        for (long written = 0; written < length; written += size)
        {
            await target.WriteAsync(block.AsMemory(0, (int)Math.Min(size, length - written)), cancellationToken).ConfigureAwait(false);
            if (rate > 0)
            {
                await target.FlushAsync(cancellationToken).ConfigureAwait(false);
                TimeSpan ahead = TimeSpan.FromSeconds((double)(written + size) / rate) - time.GetElapsedTime(started);
                if (ahead > TimeSpan.Zero)
                {
                    await Task.Delay(ahead, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Reads to the end and gives the number of bytes.</summary>
    public static async Task<long> CountAsync(Stream source, CancellationToken cancellationToken)
    {
        byte[] block = new byte[Chunk];
        long total = 0;
        for (int read; (read = await source.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0; total += read)
        {
        }

        return total;
    }
}
