using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps;

// The element operations on pointers, which the typed maps share.
public sealed unsafe partial class BpfMap
{
    // Cleared when the kernel refuses the flag. Every map asks once: the answer of a fake kernel is none of the running one's.
    internal bool MayHaveSingleCpuElements { get; set; } = true;

    /// <summary>One element command. Returns 0, or minus errno.</summary>
    internal int Element(BpfCommand command, void* key, void* value, ulong flags) =>
        TryElement(command, key, value, flags, out int errno) ? 0 : -errno;

    /// <summary>
    /// One element command, for the operations that callers run by the million: it becomes part of them, and what a refusal means stands apart, so that
    /// after the system call, when the processor has forgotten most of what it predicts, next to nothing is left to jump over.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryElement(BpfCommand command, void* key, void* value, ulong flags, out int errno)
    {
        BpfHandle handle = Handle;
        DescriptorUse use = handle.Use(out int descriptor);
        var attributes = new MapElementAttributes
        {
            MapDescriptor = (uint)descriptor,
            Key = (ulong)key,
            Value = (ulong)value,
            Flags = flags,
        };
        if (SubstituteKernel.IsSubstitute(descriptor))
        {
            errno = -SubstituteElement(use, command, ref attributes);
            return errno <= 0;
        }

        nint result = DirectCall.Run(command, &attributes, sizeof(MapElementAttributes));
        use.End();
        GC.KeepAlive(handle);
        if (result >= 0)
        {
            errno = 0;
            return true;
        }

        errno = DirectCall.Errno();
        return false;
    }

    // A substitute may call back, so the use ends before; its numbers are never given to another object.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int SubstituteElement(DescriptorUse use, BpfCommand command, ref MapElementAttributes attributes)
    {
        use.End();
        return BpfSyscall.Call(command, ref attributes);
    }

    /// <summary>One batch command; <paramref name="count"/> goes in as the capacity and comes out as the number done.</summary>
    internal int Batch(BpfCommand command, void* inCursor, void* outCursor, void* keys, void* values, ref uint count, ulong elementFlags = 0)
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        var attributes = new MapBatchAttributes
        {
            InBatch = (ulong)inCursor,
            OutBatch = (ulong)outCursor,
            Keys = (ulong)keys,
            Values = (ulong)values,
            Count = count,
            MapDescriptor = (uint)lease.Descriptor,
            ElementFlags = elementFlags,
        };
        int result = BpfSyscall.Call(command, ref attributes);
        count = attributes.Count;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Update(void* key, void* value, BpfUpdateMode mode, ulong flags = 0) =>
        TryElement(BpfCommand.MapUpdateElement, key, value, (ulong)mode | flags, out int errno) || UpdateMet(-errno, mode);

    /// <summary>What an update's answer means. False when the mode was not met; other refusals throw.</summary>
    internal bool UpdateMet(int result, BpfUpdateMode mode)
    {
        switch (result)
        {
            case >= 0:
                return true;
            case -Errno.EEXIST when mode == BpfUpdateMode.NotExisting:
            case -Errno.ENOENT when mode == BpfUpdateMode.Existing:
                return false;
            default:
                Throw("update", -result);
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Remove(void* key) =>
        TryElement(BpfCommand.MapDeleteElement, key, null, 0, out int errno) || Found(-errno, "remove a key from");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Lookup(void* key, void* value, ulong flags = 0) =>
        TryElement(BpfCommand.MapLookupElement, key, value, flags, out int errno) || Found(-errno, "look up a key in");

    /// <summary>Removes a key and gives its value: in one step where the kernel can, for this type of map.</summary>
    internal bool Take(void* key, void* value)
    {
        int result = Element(BpfCommand.MapLookupAndDeleteElement, key, value, 0);
        if (!Batches.EntryWriter.IsMissing(result))
        {
            return Found(result, "take a key from");
        }

        return Found(Element(BpfCommand.MapLookupElement, key, value, 0), "take a key from") && Remove(key);
    }

    internal bool NextKey(void* key, void* next) => Found(Element(BpfCommand.MapGetNextKey, key, next, 0), "step through");

    /// <summary>True for success, false for "no such key"; anything else throws, so that a missing privilege never looks like an empty map.</summary>
    internal bool Found(int result, string operation)
    {
        if (result >= 0)
        {
            return true;
        }

        if (result != -Errno.ENOENT)
        {
            Throw(operation, -result);
        }

        return false;
    }

    internal void Check(int result, string operation)
    {
        if (result < 0)
        {
            Throw(operation, -result);
        }
    }

    [DoesNotReturn]
    internal void Throw(string operation, int errno) =>
        throw BpfErrors.Create(operation, $"map {Name}", errno, Hint(operation, errno));

    private string? Hint(string operation, int errno) => errno switch
    {
        Errno.E2BIG when Type is BpfMapType.Array or BpfMapType.PerCpuArray => $"The index is not below {MaxEntries}.",
        Errno.E2BIG => $"The map is full: it holds {MaxEntries} entries. Raise MaxEntries before loading, or remove what is no longer used.",
        Errno.EINVAL when Type is BpfMapType.Array or BpfMapType.PerCpuArray && operation.StartsWith("remove", StringComparison.Ordinal) =>
            "Elements of an array cannot be removed; write the value that means nothing.",
        Errno.EPERM when operation is "freeze" => "The map is frozen already, or was created read-only.",
        Errno.EPERM when operation is "update" => "The map may be frozen, or was created read-only.",
        Errno.EOPNOTSUPP or Errno.ENOTSUPP => $"The kernel does not offer this for maps of type {Type}.",
        Errno.EBUSY when operation is "freeze" => "The map is mapped writable into memory.",
        _ => null,
    };
}
