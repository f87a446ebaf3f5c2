namespace Clovisor.Bpf.Maps;

/// <summary>Picks a number of one CPU's value.</summary>
/// <typeparam name="TValue">One CPU's value.</typeparam>
/// <typeparam name="TNumber">The number.</typeparam>
/// <param name="value">The value.</param>
public delegate TNumber PerCpuField<TValue, out TNumber>(in TValue value)
    where TValue : unmanaged;
