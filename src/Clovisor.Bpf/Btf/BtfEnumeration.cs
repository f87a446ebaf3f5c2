namespace Clovisor.Bpf.Btf;

/// <summary>A C enum as compiled.</summary>
/// <param name="Name">The tag; empty for an anonymous one.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Values">Value by name, in order of declaration. Compilers before clang 16 do not record the sign: cast to <see cref="int"/> where values may be negative.</param>
public sealed record BtfEnumeration(string Name, int Size, IReadOnlyList<KeyValuePair<string, long>> Values)
{
    /// <summary>Finds the value of a name.</summary>
    /// <param name="name">An enumerator's name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public long Value(string name)
    {
        foreach (KeyValuePair<string, long> pair in Values)
        {
            if (pair.Key == name)
            {
                return pair.Value;
            }
        }

        throw new KeyNotFoundException($"enum {Name} has no {name}. It has: {string.Join(", ", Values.Select(static pair => pair.Key))}.");
    }
}
