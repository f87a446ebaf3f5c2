using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>
/// Memory that a map's user may map as well, in a file that only exists in memory. A ring's data can be seen twice, one behind the other, as the
/// kernel shows it, so that a record that wraps can be read in one piece.
/// </summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    private bool _disposed;
    private const uint CloseOnExec = 1;

    private readonly int _descriptor;
    private readonly long _length;
    private readonly long _repeated;

    private SharedMemory(long length, long repeated)
    {
        _length = length;
        _repeated = repeated;
        fixed (byte* name = "clovisor-map\0"u8)
        {
            _descriptor = LibC.memfd_create(name, CloseOnExec);
        }

        int errno = _descriptor >= 0 && LibC.ftruncate(_descriptor, (nint)length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        Start = errno == 0 ? (byte*)Map(0, (nuint)(length + repeated), LibC.PROT_READ | LibC.PROT_WRITE, out errno) : null;
        if (errno != 0)
        {
            _ = LibC.close(_descriptor);
            throw new InsufficientMemoryException($"The memory of a map of the fake kernel could not be made: {Errno.NameOf(errno)}.");
        }
    }

    internal static int PageSize => Environment.SystemPageSize;

    /// <summary>The whole, readable and writable.</summary>
    internal byte* Start { get; }

    internal static SharedMemory OfArray(long length) => new(Pages(length), 0);

    /// <summary>A page for the consumer's position, one for the producer's, and the data.</summary>
    internal static SharedMemory OfRing(long dataLength) => new((2L * PageSize) + dataLength, dataLength);

    /// <summary>Maps a part for the user, who unmaps it. Null on failure, with a positive error number.</summary>
    internal void* Map(long offset, nuint length, int protection, out int errno)
    {
        long end = offset + Pages((long)length);
        if (offset < 0 || offset % PageSize != 0 || length == 0 || end > _length + _repeated)
        {
            errno = Errno.EINVAL;
            return null;
        }

        // The address range first, so that the second view cannot land on anything.
        void* start = LibC.mmap(null, length, protection, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        errno = (nint)start == -1 ? Marshal.GetLastPInvokeError() : 0;
        if (errno != 0)
        {
            return null;
        }

        long once = Math.Min(end, _length) - offset;
        bool mapped = once <= 0 || Place((byte*)start, once, protection, offset);
        mapped = mapped && (end <= _length || Place((byte*)start + Math.Max(once, 0), end - Math.Max(offset, _length), protection, Math.Max(offset, _length) - _repeated));
        if (!mapped)
        {
            errno = Marshal.GetLastPInvokeError();
            _ = LibC.munmap(start, length);
            return null;
        }

        return start;
    }

    /// <summary>Gives the memory back. What a user has mapped stays valid.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = LibC.munmap(Start, (nuint)(_length + _repeated));
        _ = LibC.close(_descriptor);
    }

    private static long Pages(long length) => (length + PageSize - 1) / PageSize * PageSize;

    private bool Place(byte* at, long length, int protection, long offset) =>
        (nint)LibC.mmap(at, (nuint)length, protection, LibC.MAP_SHARED | LibC.MAP_FIXED, _descriptor, (nint)offset) != -1;
}
