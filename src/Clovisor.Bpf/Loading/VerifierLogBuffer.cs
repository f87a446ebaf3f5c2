using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Loading;

/// <summary>
/// Room for one program's verifier log. libbpf does not grow a buffer it was given, so it is as large as every kernel allows; pages
/// that are never written cost address space alone.
/// </summary>
internal sealed unsafe class VerifierLogBuffer : IDisposable
{
    // Kernels up to 5.1 refuse more.
    private const int Bytes = (16 << 20) - 1;

    private byte* _start;

    internal VerifierLogBuffer()
    {
        void* start = LibC.mmap(
            null, Bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if ((nint)start == -1)
        {
            throw BpfErrors.Create("reserve memory for", "the verifier log", Marshal.GetLastPInvokeError());
        }

        _start = (byte*)start;
    }

    internal byte* Start => _start;

    internal static nuint Length => Bytes;

    internal string Text()
    {
        ReadOnlySpan<byte> bytes = new(_start, Bytes);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    public void Dispose()
    {
        if (_start is not null)
        {
            _ = LibC.munmap(_start, Bytes);
            _start = null;
        }
    }
}
