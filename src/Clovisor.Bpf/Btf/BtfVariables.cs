namespace Clovisor.Bpf.Btf;

/// <summary>A global variable.</summary>
public sealed class BtfVariable : BtfType
{
    internal BtfVariable(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Its type, qualifiers included.</summary>
    public BtfType Type => Referred;

    /// <summary>How far it is seen.</summary>
    public BtfLinkage Linkage => (BtfLinkage)Word(0);
}

/// <summary>A variable's place in its section.</summary>
/// <param name="Variable">The variable, or a function for sections of external ones.</param>
/// <param name="Offset">Distance from the start of the section, in bytes. 0 in an object that no linker or loader has filled in: its symbols say more.</param>
/// <param name="Size">Size in bytes.</param>
public readonly record struct BtfSectionVariable(BtfType Variable, int Offset, int Size);

/// <summary>A section of global variables: <c>.bss</c>, <c>.rodata</c>, <c>.maps</c>.</summary>
public sealed class BtfDataSection : BtfType
{
    private BtfSectionVariable[]? _variables;

    internal BtfDataSection(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>The variables in order of the section.</summary>
    public IReadOnlyList<BtfSectionVariable> Variables => _variables ??= ReadVariables();

    private BtfSectionVariable[] ReadVariables()
    {
        var variables = new BtfSectionVariable[Table.Blob.Length(Id)];
        for (int i = 0; i < variables.Length; i++)
        {
            variables[i] = new BtfSectionVariable(Table[Word(3 * i)], unchecked((int)Word(3 * i + 1)), unchecked((int)Word(3 * i + 2)));
        }

        return variables;
    }
}

/// <summary>An attribute <c>btf_decl_tag</c>, whose text is the name.</summary>
public sealed class BtfDeclarationTag : BtfType
{
    internal BtfDeclarationTag(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>The struct, union, variable, function or typedef that is tagged.</summary>
    public BtfType Target => Referred;

    /// <summary>The index of the member or parameter that is tagged; -1 when it is the declaration itself.</summary>
    public int Component => unchecked((int)Word(0));
}
