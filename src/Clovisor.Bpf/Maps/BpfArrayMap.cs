using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>An array of the kernel with typed elements.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>One system call an operation, nothing allocated; safe to use from any thread, and beside the programs that use the
/// map. An element is copied without a lock: a program that writes it at the same moment can leave a mix of old and new bytes, but
/// never within one aligned 8-byte word. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe partial class BpfArrayMap<TValue> : IBpfTypedMap<BpfArrayMap<TValue>>
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">An array map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfArrayMap(BpfMap map)
    {
        Map = MapShape.Require<uint, TValue>(map, "BpfArrayMap", BpfMapType.Array);
    }

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of elements, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    /// <summary>Reads or writes an element.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="BpfException">The kernel refused, for example since the map is frozen.</exception>
    public TValue this[int index]
    {
        get
        {
            uint key = Key(index);
            Unsafe.SkipInit(out TValue value);
            Map.Check(Map.Element(BpfCommand.MapLookupElement, &key, &value, 0), "read an element of");
            return value;
        }
        set
        {
            uint key = Key(index);
            Map.Update(&key, &value, BpfUpdateMode.Any);
        }
    }

    /// <summary>Reads all elements, by batch where the kernel can.</summary>
    public TValue[] ReadAll()
    {
        var values = new TValue[Count];
        Read(0, values);
        return values;
    }

    /// <summary>Reads elements that stand side by side.</summary>
    /// <param name="start">Index of the first.</param>
    /// <param name="values">Filled whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range goes beyond the end.</exception>
    public void Read(int start, Span<TValue> values)
    {
        RequireRange(start, values.Length);
        int done = ArrayBatch.Read(Map, start, values);
        for (int i = done; i < values.Length; i++)
        {
            values[i] = this[start + i];
        }
    }

    /// <summary>Writes elements that stand side by side, by batch where the kernel can. Not atomic as a whole.</summary>
    /// <param name="start">Index of the first.</param>
    /// <param name="values">The new elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range goes beyond the end; nothing was written.</exception>
    /// <exception cref="BpfException">The kernel refused; elements before the failing one are written.</exception>
    public void WriteRange(int start, ReadOnlySpan<TValue> values)
    {
        RequireRange(start, values.Length);
        int done = ArrayBatch.Write(Map, start, values);
        for (int i = done; i < values.Length; i++)
        {
            this[start + i] = values[i];
        }
    }

    static BpfArrayMap<TValue> IBpfTypedMap<BpfArrayMap<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }

    private void RequireRange(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count - length);
    }
}
