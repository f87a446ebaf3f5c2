using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>The records that are in a ring buffer, to be read in place by one <c>foreach</c>.</summary>
public readonly ref struct BpfRingRecords
{
    private readonly BpfRingBuffer _owner;
    private readonly RingSource _ring;

    internal BpfRingRecords(BpfRingBuffer owner, RingSource ring)
    {
        _owner = owner;
        _ring = ring;
    }

    /// <summary>Becomes the one reader of the buffer, until the enumerator is disposed.</summary>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public Enumerator GetEnumerator()
    {
        _owner.Enter();
        return new Enumerator(_owner, _ring);
    }

    /// <summary>Goes through the records. To be disposed, as <c>foreach</c> does.</summary>
    public unsafe ref struct Enumerator : IDisposable
    {
        private readonly RingSource _ring;
        private readonly byte* _data;
        private readonly ulong _mask;
        private readonly ulong _end;
        private BpfRingBuffer? _owner;
        private ulong _position;
        private ulong _commitAt;
        private byte* _record;
        private int _length;
        private long _records;
        private long _discarded;

        internal Enumerator(BpfRingBuffer owner, RingSource ring)
        {
            _owner = owner;
            _ring = ring;
            _data = ring.Data;
            _mask = ring.Mask;
            _end = ring.Produced;
            _position = ring.Position;
            _commitAt = _position + ring.CommitEvery;
        }

        /// <summary>The record; valid until the next call.</summary>
        [UnscopedRef]
        public readonly BpfRecord Current => new(_record, _length, 0, 0);

        /// <summary>Goes to the next record.</summary>
        /// <returns>False when there is no more, or the reader was disposed.</returns>
        public bool MoveNext()
        {
            ulong position = _position;
            if (position >= _commitAt && !Commit())
            {
                return false;
            }

            while (position != _end)
            {
                byte* header = _data + (position & _mask);
                uint word = Volatile.Read(ref *(uint*)header);
                if (word >= RingLayout.Discard)
                {
                    if ((word & RingLayout.Busy) != 0)
                    {
                        return false;
                    }

                    position += RingLayout.RecordSize(word & RingLayout.LengthMask);
                    _position = position;
                    _discarded++;
                    continue;
                }

                _position = position + RingLayout.RecordSize(word);
                _record = header + RingLayout.HeaderSize;
                _length = (int)word;
                _records++;
                return true;
            }

            return false;
        }

        /// <summary>Gives the records back to the kernel and lets others read.</summary>
        public void Dispose()
        {
            if (_owner is { } owner)
            {
                _owner = null;
                Publish();
                owner.Leave();
            }
        }

        private bool Commit()
        {
            Publish();
            _ring.Commit();
            _commitAt = _position + _ring.CommitEvery;
            return _owner is { IsDisposed: false };
        }

        private void Publish()
        {
            _ring.Position = _position;
            _ring.Records += _records;
            _ring.Discarded += _discarded;
            _records = 0;
            _discarded = 0;
        }
    }
}
