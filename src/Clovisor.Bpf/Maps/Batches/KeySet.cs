using System.Buffers;

namespace Clovisor.Bpf.Maps.Batches;

/// <summary>The keys that a walk has given out. Keys are equal when all their bytes are, as they are to the kernel. Pooled: a set that is
/// cleared and filled again allocates nothing.</summary>
internal sealed class KeySet(int keySize) : IDisposable
{
    private const int FirstSlots = 1024;

    private int[] _slots = RentSlots(FirstSlots);
    private byte[] _keys = ArrayPool<byte>.Shared.Rent(Math.Max(keySize, 1) * FirstSlots / 2);
    private int _mask = FirstSlots - 1;
    private int _count;

    /// <summary>False when the key is in the set already.</summary>
    internal bool Add(ReadOnlySpan<byte> key)
    {
        if (_count > _mask / 2)
        {
            Grow();
        }

        int slot = Hash(key) & _mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            if (KeyAt(_slots[slot] - 1).SequenceEqual(key))
            {
                return false;
            }
        }

        key.CopyTo(Room());
        _slots[slot] = ++_count;
        return true;
    }

    internal void Clear()
    {
        _slots.AsSpan(0, _mask + 1).Clear();
        _count = 0;
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_slots);
        ArrayPool<byte>.Shared.Return(_keys);
        _slots = [];
        _keys = [];
    }

    private static int[] RentSlots(int count)
    {
        int[] slots = ArrayPool<int>.Shared.Rent(count);
        slots.AsSpan(0, count).Clear();
        return slots;
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private ReadOnlySpan<byte> KeyAt(int index) => _keys.AsSpan(index * keySize, keySize);

    private Span<byte> Room()
    {
        int start = _count * keySize;
        if (start > _keys.Length - keySize)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(checked(2 * (start + keySize)));
            _keys.AsSpan(0, start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_keys);
            _keys = larger;
        }

        return _keys.AsSpan(start, keySize);
    }

    private void Grow()
    {
        int count = checked((_mask + 1) * 2);
        ArrayPool<int>.Shared.Return(_slots);
        _slots = RentSlots(count);
        _mask = count - 1;
        for (int i = 0; i < _count; i++)
        {
            int slot = Hash(KeyAt(i)) & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = i + 1;
        }
    }
}
