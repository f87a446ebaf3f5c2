using System.Numerics;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Maps;

/// <summary>All possible CPUs' values of one element, where the kernel wrote them: nothing is copied.</summary>
/// <typeparam name="TValue">One CPU's value.</typeparam>
/// <remarks>The values lie a multiple of 8 bytes apart. CPU 0 comes first; an offline CPU's value is what it last was.</remarks>
public readonly ref struct PerCpuSpan<TValue>
    where TValue : unmanaged
{
    private readonly Span<byte> _bytes;
    private readonly int _stride;

    internal PerCpuSpan(Span<byte> bytes, int stride)
    {
        _bytes = bytes;
        _stride = stride;
    }

    /// <summary>The number of possible CPUs.</summary>
    public int Count => _stride == 0 ? 0 : _bytes.Length / _stride;

    /// <summary>The value of a CPU.</summary>
    /// <param name="cpu">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such CPU.</exception>
    public ref TValue this[int cpu] => ref Unsafe.As<byte, TValue>(ref _bytes.Slice(cpu * _stride, _stride)[0]);

    /// <summary>Copies the values.</summary>
    /// <param name="values">At least <see cref="Count"/> long.</param>
    public void CopyTo(Span<TValue> values)
    {
        for (int cpu = 0; cpu < Count; cpu++)
        {
            values[cpu] = this[cpu];
        }
    }

    /// <summary>Goes through the CPUs.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes through the CPUs of a span.</summary>
    public ref struct Enumerator
    {
        private readonly PerCpuSpan<TValue> _span;
        private int _cpu;

        internal Enumerator(PerCpuSpan<TValue> span)
        {
            _span = span;
            _cpu = -1;
        }

        /// <summary>The value of the current CPU.</summary>
        public readonly ref TValue Current => ref _span[_cpu];

        /// <summary>Goes on to the next CPU.</summary>
        public bool MoveNext() => ++_cpu < _span.Count;
    }
}

/// <summary>Adds up and compares per-CPU values by generic math.</summary>
public static class PerCpuSpan
{
    /// <summary>The sum over all CPUs.</summary>
    /// <typeparam name="TValue">A number, or a struct that defines <c>+</c> and a zero.</typeparam>
    /// <param name="values">The values.</param>
    public static TValue Sum<TValue>(this PerCpuSpan<TValue> values)
        where TValue : unmanaged, IAdditionOperators<TValue, TValue, TValue>, IAdditiveIdentity<TValue, TValue>
    {
        TValue sum = TValue.AdditiveIdentity;
        foreach (ref TValue value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>The sum over all CPUs of one number of each value: <c>values.Sum(static (in Counters c) => c.Bytes)</c>.</summary>
    /// <typeparam name="TValue">One CPU's value.</typeparam>
    /// <typeparam name="TNumber">The number.</typeparam>
    /// <param name="values">The values.</param>
    /// <param name="field">Picks the number; static, so that nothing is allocated.</param>
    public static TNumber Sum<TValue, TNumber>(this PerCpuSpan<TValue> values, PerCpuField<TValue, TNumber> field)
        where TValue : unmanaged
        where TNumber : INumberBase<TNumber>
    {
        ArgumentNullException.ThrowIfNull(field);
        TNumber sum = TNumber.Zero;
        foreach (ref TValue value in values)
        {
            sum += field(in value);
        }

        return sum;
    }

    /// <summary>The largest value of any CPU.</summary>
    /// <typeparam name="TValue">A number.</typeparam>
    /// <param name="values">The values.</param>
    public static TValue Max<TValue>(this PerCpuSpan<TValue> values)
        where TValue : unmanaged, INumber<TValue>
    {
        TValue max = values[0];
        foreach (ref TValue value in values)
        {
            max = TValue.Max(max, value);
        }

        return max;
    }
}
