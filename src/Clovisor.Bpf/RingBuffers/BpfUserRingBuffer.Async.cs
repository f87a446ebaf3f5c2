namespace Clovisor.Bpf.RingBuffers;

public sealed partial class BpfUserRingBuffer
{
    /// <summary>Waits until there is room for a record, without holding a thread. Another thread may take it first.</summary>
    /// <param name="size">Size of the record in bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the buffer is disposed.</returns>
    /// <remarks>Ends when a program drains; one that drains with <c>BPF_RB_NO_WAKEUP</c> ends no wait.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The record could never fit.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<bool> WaitForRoomAsync(int size, CancellationToken cancellationToken = default)
    {
        ulong needed = Needed(size);
        for (; ; )
        {
            // Taken before the look, so that no room made between the two is missed.
            Task roomMade = NextRoom();
            if (Volatile.Read(ref _disposed))
            {
                return false;
            }

            if (Look(needed))
            {
                return true;
            }

            await roomMade.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
