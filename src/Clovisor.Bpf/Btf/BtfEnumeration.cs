namespace Clovisor.Bpf.Btf;

/// <summary>A C enum as compiled.</summary>
public sealed class BtfEnumeration : BtfType
{
    private KeyValuePair<string, long>[]? _values;

    internal BtfEnumeration(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Whether the compiler says that values are signed. Compilers before clang 16 do not record it.</summary>
    public bool IsSigned => Table.Blob.Flag(Id);

    /// <summary>Value by name, in order of declaration. Where <see cref="IsSigned"/> is not recorded, cast to <see cref="int"/> what may be negative.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Values => _values ??= ReadValues();

    /// <summary>Finds the value of a name.</summary>
    /// <param name="name">An enumerator's name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists those there are.</exception>
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

    private KeyValuePair<string, long>[] ReadValues()
    {
        bool wide = Kind == BtfKind.Enum64;
        int words = wide ? 3 : 2;
        var values = new KeyValuePair<string, long>[Table.Blob.Length(Id)];
        for (int i = 0; i < values.Length; i++)
        {
            uint low = Word(i * words + 1);
            long value = wide ? unchecked((long)((ulong)Word(i * words + 2) << 32 | low)) : IsSigned ? unchecked((int)low) : low;
            values[i] = new KeyValuePair<string, long>(Table.Blob.Text(Word(i * words)), value);
        }

        return values;
    }
}
