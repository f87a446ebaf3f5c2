using Clovisor.Bpf.Maps.Views;

namespace Clovisor.Bpf.Maps;

// The elements as memory of this process.
public sealed unsafe partial class BpfArrayMap<TValue>
{
    /// <summary>Maps the elements into memory, to be read and written without a system call. From Linux 5.5.</summary>
    /// <returns>The elements; to be disposed by the caller, and independent of this object.</returns>
    /// <exception cref="BpfException">The map was not created with <see cref="BpfMapOptions.MemoryMappable"/> (EINVAL), is frozen or may only be read
    /// (EPERM, EACCES): <see cref="MapReadOnly"/> may do.</exception>
    public BpfArrayView<TValue> MapWritable() => new(ArrayMemory.Map(Map, sizeof(TValue), writable: true));

    /// <summary>Maps the elements into memory, to be read without a system call, also of a frozen map. From Linux 5.5.</summary>
    /// <returns>The elements; to be disposed by the caller, and independent of this object.</returns>
    /// <exception cref="BpfException">The map was not created with <see cref="BpfMapOptions.MemoryMappable"/> (EINVAL).</exception>
    public BpfReadOnlyArrayView<TValue> MapReadOnly() => new(ArrayMemory.Map(Map, sizeof(TValue), writable: false));
}
