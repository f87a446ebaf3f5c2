using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>A queue of the kernel (first in, first out) or a stack (last in, first out): values without keys.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>For <see cref="BpfMapType.Queue"/> and <see cref="BpfMapType.Stack"/>. One system call an operation, nothing allocated; safe to use
/// from any thread, and beside the programs that use the map: each value is popped once. From Linux 4.20. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue, and the kernel calls it so.")]
public sealed unsafe class BpfQueue<TValue> : IBpfTypedMap<BpfQueue<TValue>>
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A queue or stack, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfQueue(BpfMap map) => Map = MapShape.RequireValue<TValue>(map, "BpfQueue", BpfMapType.Queue, BpfMapType.Stack);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>Whether the last value pushed is popped first.</summary>
    public bool IsStack => Map.Type == BpfMapType.Stack;

    static BpfQueue<TValue> IBpfTypedMap<BpfQueue<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False when it is full.</returns>
    /// <exception cref="BpfException">The kernel refused for another reason.</exception>
    public bool TryPush(in TValue value)
    {
        int result = Push(in value, BpfUpdateMode.Any);
        if (result == -Errno.E2BIG)
        {
            return false;
        }

        Map.Check(result, "push onto");
        return true;
    }

    /// <summary>Adds a value; when it is full, in place of the oldest one.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void PushOverOldest(in TValue value) => Map.Check(Push(in value, BpfUpdateMode.Existing), "push onto");

    /// <summary>Takes the next value.</summary>
    /// <param name="value">The value; default when it is empty.</param>
    /// <returns>False when it is empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryPop(out TValue value) => Get(BpfCommand.MapLookupAndDeleteElement, out value, "pop from");

    /// <summary>Looks at the next value and leaves it.</summary>
    /// <param name="value">The value; default when it is empty.</param>
    /// <returns>False when it is empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryPeek(out TValue value) => Get(BpfCommand.MapLookupElement, out value, "peek into");

    /// <summary>Takes values until it is empty or the room is used up. There is no batch for this: one system call a value.</summary>
    /// <param name="values">Filled from the start.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="BpfException">The kernel refused; what was taken before is in <paramref name="values"/>.</exception>
    public int Drain(Span<TValue> values)
    {
        int count = 0;
        while (count < values.Length && TryPop(out values[count]))
        {
            count++;
        }

        return count;
    }

    /// <summary>Takes as many values as there can be at once, or fewer when it is empty sooner. A producer that keeps pace cannot hold it up.</summary>
    /// <exception cref="BpfException">The kernel refused; what was taken before is lost.</exception>
    public IReadOnlyList<TValue> Drain()
    {
        var values = new List<TValue>();
        while (values.Count < Map.MaxEntries && TryPop(out TValue value))
        {
            values.Add(value);
        }

        return values;
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private int Push(in TValue value, BpfUpdateMode mode)
    {
        fixed (TValue* v = &value)
        {
            return Map.Element(BpfCommand.MapUpdateElement, null, v, (ulong)mode);
        }
    }

    private bool Get(BpfCommand command, out TValue value, string operation)
    {
        value = default;
        fixed (TValue* v = &value)
        {
            return Map.Found(Map.Element(command, null, v, 0), operation);
        }
    }
}

/// <summary>Creates queues and stacks without an object file.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue, and the kernel calls it so.")]
public static class BpfQueue
{
    /// <summary>Creates a queue: first in, first out. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most values, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfQueue<TValue> Create<TValue>(string name, uint maxEntries)
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.Queue, name, 0, Unsafe.SizeOf<TValue>(), maxEntries));

    /// <summary>Creates a stack: last in, first out. Needs CAP_BPF or root.</summary>
    /// <inheritdoc cref="Create"/>
    public static BpfQueue<TValue> CreateStack<TValue>(string name, uint maxEntries)
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.Stack, name, 0, Unsafe.SizeOf<TValue>(), maxEntries));
}
