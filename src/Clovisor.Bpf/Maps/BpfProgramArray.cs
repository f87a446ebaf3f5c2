using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Maps;

/// <summary>Programs for tail calls (<c>bpf_tail_call</c>), by index.</summary>
/// <remarks>
/// The kernel empties the array when the last descriptor and the last pin of it are gone, even while programs run that use it: then their
/// tail calls fall through. So hold this map, or the <see cref="BpfObject"/> it came from, or pin it, for as long as the programs are
/// attached. The programs in it are held by the array and need not stay open. Safe to use from any thread. From Linux 4.2; reading from
/// 4.15. Disposing disposes the <see cref="BpfMap"/> it was made from.
/// </remarks>
public sealed unsafe class BpfProgramArray : IBpfTypedMap<BpfProgramArray>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A program array, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfProgramArray(BpfMap map) => Map = MapShape.RequireType(map, "BpfProgramArray", BpfMapType.ProgramArray);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of places, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    static BpfProgramArray IBpfTypedMap<BpfProgramArray>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a program at a place, in place of the one that is there. Running programs see one or the other.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="program">A program of the type, and of the properties, of those that call it.</param>
    /// <exception cref="BpfException">The program does not fit the array (EINVAL), or the kernel refused otherwise.</exception>
    public void Set(int index, BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        uint key = Key(index);
        using BpfHandle.FdLease lease = program.Handle.Lease();
        uint descriptor = (uint)lease.Descriptor;
        int result = Map.Element(BpfCommand.MapUpdateElement, &key, &descriptor, 0);
        if (result == -Errno.EINVAL)
        {
            throw BpfErrors.Create(
                $"put program {program.Name} into", $"map {Map.Name}", Errno.EINVAL, "A program array holds programs of one type, and of the same attach type and XDP properties, as the first one that was put in or that uses it.");
        }

        Map.Check(result, "put a program into");
    }

    /// <summary>Empties a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>False when it was empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(int index)
    {
        uint key = Key(index);
        return Map.Remove(&key);
    }

    /// <summary>The number of the program at a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="programId">The kernel's number, for <see cref="BpfProgram.OpenById"/>; 0 when the place is empty.</param>
    /// <returns>False when the place is empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetProgramId(int index, out uint programId)
    {
        uint key = Key(index);
        uint id = 0;
        bool found = Map.Found(Map.Element(BpfCommand.MapLookupElement, &key, &id, 0), "look up a program in");
        programId = id;
        return found;
    }

    /// <summary>Disposes <see cref="Map"/>. When nobody else holds or pins it the kernel empties it.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates a program array. Needs CAP_BPF or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfProgramArray Create(string name, uint length) =>
        new(BpfMap.Create(BpfMapType.ProgramArray, name, sizeof(uint), sizeof(uint), length));

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }
}
