using System.Buffers;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps.Batches;

/// <summary>
/// Walks a map into pooled buffers, as bytes: by batch, and key by key where the kernel has no batch. A walk can be repeated with the
/// same buffers.
/// </summary>
internal sealed unsafe class EntryReader : IDisposable
{
    internal const int DefaultCapacity = 4096;

    private const int InterruptedRetries = 64;

    private readonly BpfMap _map;
    private readonly BpfMapWalk _wish;
    private readonly bool _remove;
    private readonly int _cursorSize;
    private byte[] _keys = [];
    private byte[] _values = [];
    private byte[] _cursor;
    private byte[] _nextCursor;
    private KeySet? _seen;
    private int _capacity;
    private int _interrupted;
    private long _steps;
    private bool _byKey;
    private bool _started;
    private bool _ended;

    /// <param name="map">The map.</param>
    /// <param name="capacity">Entries of one batch, at first; more when a bucket of the map needs it.</param>
    /// <param name="walk">By batch or key by key.</param>
    /// <param name="remove">Whether entries are removed as they are read. By batch in one step with the reading.</param>
    internal EntryReader(BpfMap map, int capacity = DefaultCapacity, BpfMapWalk walk = BpfMapWalk.Batches, bool remove = false)
    {
        _map = map;
        _wish = walk;
        _remove = remove;

        // The kernel's cursor is a bucket number for hashes and a key for other types.
        _cursorSize = Math.Max(sizeof(ulong), map.KeySize);
        _cursor = new byte[_cursorSize];
        _nextCursor = new byte[_cursorSize];
        Resize(capacity);
        Restart();
    }

    /// <summary>The entries of the current batch.</summary>
    internal int Count { get; private set; }

    internal ReadOnlySpan<byte> Keys => _keys.AsSpan(0, Count * _map.KeySize);

    /// <summary>The values; of per-CPU maps all CPUs' values of an entry side by side, each rounded up to 8 bytes.</summary>
    internal ReadOnlySpan<byte> Values => MutableValues;

    internal Span<byte> MutableValues => _values.AsSpan(0, Count * _map.ValueBufferSize);

    /// <summary>What can be promised of what was read so far.</summary>
    internal BpfMapCompleteness Completeness { get; private set; }

    /// <summary>Starts over, with the same buffers.</summary>
    internal void Restart()
    {
        Count = 0;
        Completeness = BpfMapCompleteness.Complete;
        _byKey = _wish == BpfMapWalk.Keys;
        _started = _ended = false;
        _interrupted = 0;
        _steps = (4 * (long)_map.MaxEntries) + 1024;
        _seen?.Clear();
    }

    /// <summary>Reads the next entries. False after the last ones.</summary>
    internal bool Read()
    {
        Count = 0;
        while (!_ended && Count == 0)
        {
            if (_byKey)
            {
                ReadKeys();
            }
            else
            {
                ReadBatch();
            }
        }

        return Count > 0;
    }

    public void Dispose()
    {
        Count = 0;
        _ended = true;
        Return();
        _seen?.Dispose();
        _seen = null;
    }

    private void ReadBatch()
    {
        uint count = (uint)_capacity;
        BpfCommand command = _remove ? BpfCommand.MapLookupAndDeleteBatch : BpfCommand.MapLookupBatch;
        int result;
        fixed (byte* cursor = _cursor, next = _nextCursor, keys = _keys, values = _values)
        {
            result = _map.Batch(command, _started ? cursor : null, next, keys, values, ref count);
        }

        switch (result)
        {
            case >= 0 or -Errno.ENOENT:
                // Fewer than asked for is not the end; only ENOENT is, and it comes with data.
                Count = (int)count;
                _ended = result == -Errno.ENOENT;
                _started = true;
                (_cursor, _nextCursor) = (_nextCursor, _cursor);
                break;
            case -Errno.ENOSPC:
                // One bucket holds more entries than there is room for: the same cursor again, with more room.
                Resize(checked(_capacity * 2));
                break;
            case -Errno.EINTR or -Errno.EAGAIN when ++_interrupted <= InterruptedRetries:
                break;
            default:
                if (!CanGoOnByKey(result))
                {
                    _map.Throw(_remove ? "walk and empty" : "walk", -result);
                }

                _byKey = true;
                break;
        }
    }

    // Where a batch cannot even begin, keys can. Types that share the kernel's general batch have the last key as their cursor, and some
    // kernels interrupt that batch at every hole.
    private bool CanGoOnByKey(int result) => _started
        ? result == -Errno.EINTR && !IsHash
        : EntryWriter.IsMissing(result) || (result == -Errno.EINTR && !IsHash);

    private bool IsHash => _map.Type is BpfMapType.Hash or BpfMapType.LruHash or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash
        or BpfMapType.HashOfMaps;

    private void ReadKeys()
    {
        _seen ??= new KeySet(_map.KeySize);
        int keySize = _map.KeySize;
        fixed (byte* cursor = _cursor, keys = _keys, values = _values)
        {
            while (Count < _capacity)
            {
                byte* key = keys + ((long)Count * keySize);

                // What is removed is always the first; to go on from a key that is gone would begin at the first as well.
                if (!_map.NextKey(_started && !_remove ? cursor : null, key))
                {
                    _ended = true;
                    return;
                }

                if (_steps-- == 0)
                {
                    Completeness = BpfMapCompleteness.Truncated;
                    _ended = true;
                    return;
                }

                var bytes = new ReadOnlySpan<byte>(key, keySize);
                bytes.CopyTo(_cursor);
                _started = true;
                if (!_remove && !_seen.Add(bytes))
                {
                    // The key to go on from had vanished, and the kernel began again at the first.
                    Completeness = BpfMapCompleteness.Restarted;
                    continue;
                }

                byte* value = values + ((long)Count * _map.ValueBufferSize);
                if (_remove ? _map.Take(key, value) : _map.Lookup(key, value))
                {
                    Count++;
                }
            }
        }
    }

    private void Resize(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Return();
        _capacity = capacity;
        _keys = ArrayPool<byte>.Shared.Rent(checked(capacity * Math.Max(_map.KeySize, 1)));
        _values = ArrayPool<byte>.Shared.Rent(checked(capacity * Math.Max(_map.ValueBufferSize, 1)));
    }

    private void Return()
    {
        if (_keys.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_keys);
            ArrayPool<byte>.Shared.Return(_values);
            _keys = _values = [];
        }
    }
}
