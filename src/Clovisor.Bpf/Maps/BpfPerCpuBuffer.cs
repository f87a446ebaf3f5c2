namespace Clovisor.Bpf.Maps;

/// <summary>Room for all possible CPUs' values of one element, as long as the kernel writes. To be kept and reused; for one thread at a time.</summary>
/// <typeparam name="TValue">One CPU's value.</typeparam>
public sealed class BpfPerCpuBuffer<TValue>
    where TValue : unmanaged
{
    private readonly byte[] _bytes;
    private readonly int _stride;

    internal BpfPerCpuBuffer(BpfMap map)
    {
        _bytes = new byte[map.ValueBufferSize];
        _stride = map.PerCpuStride;
    }

    /// <summary>The values: what was read last, or what is to be written.</summary>
    public PerCpuSpan<TValue> Values => new(_bytes, _stride);

    internal Span<byte> Bytes => _bytes;
}
