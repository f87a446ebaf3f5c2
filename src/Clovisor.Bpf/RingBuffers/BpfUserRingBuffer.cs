using System.Diagnostics;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>Sends records to programs, which take them by <c>bpf_user_ringbuf_drain</c>. From Linux 6.1.</summary>
/// <remarks>
/// Safe to use from any thread: reservations are made one after the other, filled side by side, and taken by programs in the order in which they were
/// made. One process should write: the kernel's position is for one writer. Sending is no system call, and allocates nothing. Nothing tells a program that
/// there is something: it drains when it runs. Disposing disposes the map it was made from.
/// </remarks>
public sealed unsafe partial class BpfUserRingBuffer : IDisposable
{
    // A thread in poll(2) hears of a disposal only when it looks.
    private const double DisposalCheckMilliseconds = 250;

    private readonly Lock _reserving = new();
    private readonly Lock _watching = new();
    private readonly MappedMemory _consumer;
    private readonly MappedMemory _memory;
    private readonly ulong* _consumerPosition;
    private readonly ulong* _producerPosition;
    private readonly byte* _data;
    private TaskCompletionSource? _roomMade;
    private ulong _watch;
    private bool _disposed;

    /// <summary>Maps a user ring buffer into memory and takes the map over.</summary>
    /// <param name="map">A user ring buffer, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">The map is no user ring buffer.</exception>
    /// <exception cref="BpfException">It cannot be mapped; the map stays the caller's.</exception>
    public BpfUserRingBuffer(BpfMap map)
    {
        RingMap.Require(map, BpfMapType.UserRingBuffer, nameof(BpfUserRingBuffer));
        Map = map;
        int page = Environment.SystemPageSize;
        _consumer = MappedMemory.Map(map.Handle, (nuint)page, 0, writable: false, $"the consumer page of user ring buffer {map.Name}");
        try
        {
            _memory = MappedMemory.Map(
                map.Handle, (nuint)page + (2 * (nuint)map.MaxEntries), page, writable: true, $"the data of user ring buffer {map.Name}");
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }

        _consumerPosition = (ulong*)_consumer.Start;
        _producerPosition = (ulong*)_memory.Start;
        _data = _memory.Start + page;
    }

    /// <summary>The map.</summary>
    public BpfMap Map { get; }

    /// <summary>Size of the buffer in bytes. A record takes 8 bytes more than its data, rounded up to 8.</summary>
    public long Capacity => Map.MaxEntries;

    /// <summary>Bytes that programs have not taken yet, headers and reservations included.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public long PendingBytes
    {
        get
        {
            using var consumer = _consumer.Lease();
            using var memory = _memory.Lease();
            return (long)(Volatile.Read(ref *_producerPosition) - Volatile.Read(ref *_consumerPosition));
        }
    }

    /// <summary>Reserves room for a record, without waiting.</summary>
    /// <param name="size">Size of the record in bytes, from 1 to <see cref="Capacity"/> - 8.</param>
    /// <param name="reservation">To be filled, then submitted or given up, on this thread.</param>
    /// <returns>False when there is no room.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The record could never fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public bool TryReserve(int size, out BpfReservation reservation)
    {
        ulong needed = Needed(size);
        reservation = default;
        using var consumer = _consumer.Lease();
        bool held = false;
        _memory.DangerousAddRef(ref held);
        lock (_reserving)
        {
            ulong position = *_producerPosition;
            if (HasRoom(needed))
            {
                byte* header = _data + (position & (Map.MaxEntries - 1UL));
                *(ulong*)header = (uint)size | RingLayout.Busy;

                // A release: programs that see the position see the busy bit.
                Volatile.Write(ref *_producerPosition, position + needed);
                reservation = new BpfReservation(_memory, header, size);
                return true;
            }
        }

        _memory.DangerousRelease();
        return false;
    }

    /// <summary>Sends bytes, without waiting.</summary>
    /// <param name="record">From 1 to <see cref="Capacity"/> - 8 bytes; copied.</param>
    /// <returns>False when there is no room.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The record could never fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public bool TrySend(ReadOnlySpan<byte> record)
    {
        if (!TryReserve(record.Length, out BpfReservation reservation))
        {
            return false;
        }

        record.CopyTo(reservation.Data);
        reservation.Submit();
        return true;
    }

    /// <summary>Sends a struct, without waiting.</summary>
    /// <typeparam name="T">A struct of exactly the layout that the program expects; padding is sent as it is.</typeparam>
    /// <param name="record">Copied.</param>
    /// <returns>False when there is no room.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The record could never fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public bool TrySend<T>(in T record)
        where T : unmanaged
    {
        if (!TryReserve(sizeof(T), out BpfReservation reservation))
        {
            return false;
        }

        reservation.As<T>() = record;
        reservation.Submit();
        return true;
    }

    /// <summary>Waits until there is room for a record, on this thread. Another thread may take it first.</summary>
    /// <param name="size">Size of the record in bytes.</param>
    /// <param name="timeout">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero only to look.</param>
    /// <returns>False when the time is over.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The record could never fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed, or was while this waited; noticed within a quarter of a second.</exception>
    public bool WaitForRoom(int size, TimeSpan timeout)
    {
        ulong needed = Needed(size);
        long started = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        for (; ; )
        {
            if (Look(needed))
            {
                return true;
            }

            double left = timeout == Timeout.InfiniteTimeSpan ? int.MaxValue : (timeout - Stopwatch.GetElapsedTime(started)).TotalMilliseconds;
            if (left <= 0)
            {
                return false;
            }

            using BpfHandle.FdLease lease = Map.Handle.Lease();
            var descriptor = new LibC.PollDescriptor { Descriptor = BpfSyscall.PollDescriptor(lease.Descriptor), Events = LibC.POLLOUT };
            if (LibC.poll(&descriptor, 1, (int)Math.Ceiling(Math.Min(left, DisposalCheckMilliseconds))) > 0)
            {
                // The kernel says ready when there is any room at all.
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Unmaps the memory when the last reservation has ended, and ends all waits. Records that programs have not taken stay in the kernel's map.</summary>
    public void Dispose()
    {
        lock (_watching)
        {
            if (_disposed)
            {
                return;
            }

            Volatile.Write(ref _disposed, true);
            if (_watch != 0)
            {
                ReadinessThread.Unwatch(_watch, Map.Handle);
            }
        }

        Wake();
        _consumer.Dispose();
        _memory.Dispose();
        Map.Dispose();
    }

    private bool Look(ulong needed)
    {
        using var consumer = _consumer.Lease();
        using var memory = _memory.Lease();
        return HasRoom(needed);
    }

    private bool HasRoom(ulong needed) =>
        Map.MaxEntries - (Volatile.Read(ref *_producerPosition) - Volatile.Read(ref *_consumerPosition)) >= needed;

    private ulong Needed(int size, [CallerArgumentExpression(nameof(size))] string? parameter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Capacity - RingLayout.HeaderSize, parameter);
        return RingLayout.RecordSize((uint)size);
    }

    private Task NextRoom()
    {
        lock (_watching)
        {
            if (_watch == 0 && !_disposed)
            {
                _watch = ReadinessThread.Watch(Map.Handle, LibC.EPOLLOUT, Wake);
            }

            return (_roomMade ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Wake()
    {
        TaskCompletionSource? roomMade;
        lock (_watching)
        {
            (roomMade, _roomMade) = (_roomMade, null);
        }

        roomMade?.TrySetResult();
    }
}
