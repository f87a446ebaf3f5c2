using System.Buffers;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.RingBuffers;

// Reading on and on, waiting without a thread.
public abstract partial class BpfRecordReader
{
    // Between two looks at the cancellation.
    private const int RecordsAtOnce = 1024;

    /// <summary>Reads records as structs until cancelled or disposed.</summary>
    /// <typeparam name="T">A struct of exactly the record's layout.</typeparam>
    /// <param name="cancellationToken">Ends the reading. Records that were not handed out stay in the buffer.</param>
    /// <returns>Copies of the records, in order. Ends without an exception when the reader is disposed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidDataException">A record has another size; it is passed over, and a new reading goes on after it.</exception>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync<T>([EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        Enter();
        try
        {
            while (await WaitAsync(entered: true, cancellationToken).ConfigureAwait(false))
            {
                while (TryTake(out T record))
                {
                    yield return record;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Reads records as bytes until cancelled or disposed.</summary>
    /// <param name="cancellationToken">Ends the reading. Records that were not handed out stay in the buffer.</param>
    /// <returns>Copies of the records, in order, each valid until the next one is asked for. Ends without an exception when the reader is
    /// disposed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] buffer = [];
        Enter();
        try
        {
            while (await WaitAsync(entered: true, cancellationToken).ConfigureAwait(false))
            {
                while (TryCopy(ref buffer, out int length))
                {
                    yield return buffer.AsMemory(0, length);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            Leave();
            Return(buffer);
        }
    }

    /// <summary>Reads in place until cancelled or disposed, calling back on threads of the pool, one call at a time.</summary>
    /// <param name="callback">Called for each record. If it throws, the reading ends with that exception and the record counts as read.</param>
    /// <param name="cancellationToken">Ends the reading. Records that were not handed out stay in the buffer.</param>
    /// <returns>Ends when the reader is disposed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    public async Task ConsumeAllAsync(BpfRecordCallback callback, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Enter();
        try
        {
            while (await WaitAsync(entered: true, cancellationToken).ConfigureAwait(false))
            {
                ConsumeEntered(callback, RecordsAtOnce);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Reads until cancelled or disposed; the next record is read when the callback's task has ended.</summary>
    /// <param name="callback">Called for each record with a copy that is valid until its task ends. If it fails, the reading ends with that
    /// exception and the record counts as read.</param>
    /// <param name="cancellationToken">Ends the reading; passed on to the callback. Records that were not handed out stay in the buffer.</param>
    /// <returns>Ends when the reader is disposed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    public async Task ForEachAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> callback, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callback);
        await foreach (ReadOnlyMemory<byte> record in ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await callback(record, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool TryCopy(ref byte[] buffer, out int length)
    {
        if (IsDisposed || !TryNext(out BpfRecord record))
        {
            length = 0;
            return false;
        }

        length = record.Length;
        if (buffer.Length < length)
        {
            Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        record.Data.CopyTo(buffer);
        return true;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
