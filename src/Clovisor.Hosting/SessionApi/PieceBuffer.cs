using System.Buffers;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// Bytes in pieces of the shared pool: a long answer takes no array so large that the runtime keeps it apart and gives it back late. The first piece stays; of one thread.
/// </summary>
internal sealed class PieceBuffer : IBufferWriter<byte>
{
    private const int Smallest = 16_384;

    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private byte[] _piece = new byte[1024];
    private int _used;

    /// <summary>Gets how many bytes were written.</summary>
    internal int Length { get; private set; }

    public void Advance(int count)
    {
        _used += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = Math.Max(1, sizeHint);
        if (_piece.Length - _used < needed)
        {
            _full.Add((_piece, _used));
            _piece = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, needed));
            _used = 0;
        }

        return _piece.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Writes all of it elsewhere.</summary>
    internal void CopyTo(IBufferWriter<byte> output)
    {
        foreach ((byte[] bytes, int length) in _full)
        {
            output.Write(bytes.AsSpan(0, length));
        }

        output.Write(_piece.AsSpan(0, _used));
    }

    /// <summary>Begins anew, and gives back all pieces but the first.</summary>
    internal void Clear()
    {
        if (_full.Count > 0)
        {
            ArrayPool<byte>.Shared.Return(_piece);
            foreach ((byte[] bytes, int _) in _full.Skip(1))
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }

            _piece = _full[0].Bytes;
            _full.Clear();
        }

        _used = 0;
        Length = 0;
    }
}
