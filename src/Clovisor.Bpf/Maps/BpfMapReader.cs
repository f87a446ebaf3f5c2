using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps.Batches;

namespace Clovisor.Bpf.Maps;

/// <summary>Walks a map some thousands of entries at a time, in buffers that it keeps: a second pass allocates nothing.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <remarks>
/// <code>
/// using var reader = map.CreateReader();
/// while (reader.Read())
/// {
///     for (int i = 0; i &lt; reader.Count; i++) { Use(reader.Keys[i], reader.Values[i]); }
/// }
/// </code>
/// Each key is given once. Entries that come or go during the walk may be in or out; <see cref="Completeness"/> says whether all others
/// were seen. The map may be changed meanwhile, also by this thread. For one thread at a time.
/// </remarks>
public sealed class BpfMapReader<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly EntryReader _reader;

    internal BpfMapReader(EntryReader reader) => _reader = reader;

    /// <summary>How many entries the current batch has.</summary>
    public int Count => _reader.Count;

    /// <summary>The keys of the current batch. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<TKey> Keys => MemoryMarshal.Cast<byte, TKey>(_reader.Keys);

    /// <summary>The values of the current batch, in the order of <see cref="Keys"/>. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<TValue> Values => MemoryMarshal.Cast<byte, TValue>(_reader.Values);

    /// <summary>What can be promised of what was read so far.</summary>
    public BpfMapCompleteness Completeness => _reader.Completeness;

    /// <summary>Goes on to the next batch.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Read() => _reader.Read();

    /// <summary>Starts a new walk from the beginning.</summary>
    public void Restart() => _reader.Restart();

    /// <summary>Goes through what is left of the walk entry by entry.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Gives the buffers back.</summary>
    public void Dispose() => _reader.Dispose();

    /// <summary>Goes through the entries of a reader.</summary>
    public struct Enumerator
    {
        private readonly BpfMapReader<TKey, TValue> _reader;
        private int _at;

        internal Enumerator(BpfMapReader<TKey, TValue> reader)
        {
            _reader = reader;
            _at = reader.Count;
        }

        /// <summary>The current entry.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => new(_reader.Keys[_at], _reader.Values[_at]);

        /// <summary>Goes on to the next entry.</summary>
        public bool MoveNext()
        {
            if (++_at < _reader.Count)
            {
                return true;
            }

            _at = 0;
            return _reader.Read();
        }
    }
}
