namespace Clovisor.Bpf.Maps;

/// <summary>What a walk over a hash map found.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="Entries">The entries, each key once, in the kernel's order. May be more than the map holds at once, since it changes meanwhile.</param>
/// <param name="Completeness">What the walk can promise.</param>
public sealed record BpfMapSnapshot<TKey, TValue>(
    IReadOnlyList<KeyValuePair<TKey, TValue>> Entries, BpfMapCompleteness Completeness)
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Whether every entry that was there from the beginning of the walk to its end is among <see cref="Entries"/>.</summary>
    public bool IsComplete => Completeness == BpfMapCompleteness.Complete;
}
