namespace Clovisor.Bpf.Btf;

/// <summary>How far a name is seen.</summary>
public enum BtfLinkage
{
    /// <summary>In its file.</summary>
    Static = 0,

    /// <summary>Everywhere: defined here.</summary>
    Global = 1,

    /// <summary>Defined elsewhere: by the kernel, or by another file to link.</summary>
    External = 2,
}

/// <summary>A function with a name.</summary>
public sealed class BtfFunction : BtfType
{
    internal BtfFunction(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Parameters and result; null when damaged BTF refers to something else.</summary>
    public BtfFunctionPrototype? Prototype => Referred as BtfFunctionPrototype;

    /// <summary>How far it is seen.</summary>
    public BtfLinkage Linkage => (BtfLinkage)Table.Blob.Length(Id);
}

/// <summary>A parameter of a function.</summary>
/// <param name="Name">The name; empty when the compiler has none.</param>
/// <param name="Type">The type.</param>
public readonly record struct BtfParameter(string Name, BtfType Type);

/// <summary>Parameters and result of a function.</summary>
public sealed class BtfFunctionPrototype : BtfType
{
    private BtfParameter[]? _parameters;

    internal BtfFunctionPrototype(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>The result; <see cref="BtfVoid"/> for none.</summary>
    public BtfType ReturnType => Referred;

    /// <summary>Whether further parameters may follow: <c>...</c>.</summary>
    public bool IsVariadic => Table.Blob.Length(Id) is > 0 and var count && Word(2 * count - 2) == 0 && Word(2 * count - 1) == 0;

    /// <summary>The parameters in order, without <c>...</c>.</summary>
    public IReadOnlyList<BtfParameter> Parameters => _parameters ??= ReadParameters();

    private BtfParameter[] ReadParameters()
    {
        var parameters = new BtfParameter[Table.Blob.Length(Id) - (IsVariadic ? 1 : 0)];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = new BtfParameter(Table.Blob.Text(Word(2 * i)), Table[Word(2 * i + 1)]);
        }

        return parameters;
    }
}
