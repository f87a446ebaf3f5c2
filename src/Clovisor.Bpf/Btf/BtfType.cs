namespace Clovisor.Bpf.Btf;

/// <summary>One type of a <see cref="BtfTypeTable"/>. The kinds are subclasses: <c>if (type is BtfPointer { Target: BtfStruct pointed })</c>.</summary>
/// <remarks>Immutable and safe to use from any thread. Two types of one table are the same object when they have the same id.</remarks>
public abstract class BtfType
{
    private string? _name;

    private protected BtfType(BtfTypeTable table, uint id)
    {
        Table = table;
        Id = id;
    }

    /// <summary>The table it belongs to.</summary>
    public BtfTypeTable Table { get; }

    /// <summary>Its number in the table; 0 is void.</summary>
    public uint Id { get; }

    /// <summary>The kind.</summary>
    public BtfKind Kind => Table.Blob.Kind(Id);

    /// <summary>The tag of a struct or enum, the name of a typedef, variable or function; empty for what has none.</summary>
    public string Name => _name ??= Table.Blob.Name(Id);

    /// <summary>Size in bytes, padding included; 0 for what has none, such as void or a function.</summary>
    public int Size => Table.Blob.SizeOf(Id);

    /// <summary>The type once typedefs and qualifiers are taken off.</summary>
    public BtfType Unqualified
    {
        get
        {
            BtfType type = this;
            while (BtfBlob.IsAlias(type.Kind))
            {
                type = type.Referred;
            }

            return type;
        }
    }

    /// <summary>The type that the third word of the record refers to.</summary>
    private protected BtfType Referred => Table[Table.Blob.SizeOrType(Id)];

    private protected uint Word(int index) => Table.Blob.Word(Id, index);

    /// <summary>The type written in C, with everything it needs: what a C compiler takes as it stands.</summary>
    /// <remarks>Types that are pointed to are declared, not defined. Layouts that C's rules do not give are written packed, with padding as members.</remarks>
    /// <returns>Declarations that end in a line break.</returns>
    /// <exception cref="InvalidOperationException">The type contains itself by value, which only damaged BTF says.</exception>
    public string ToC() => new CDeclarationWriter().Write(this);

    /// <summary>The type as C names it: <c>struct flow *</c>, <c>__u32[4]</c>.</summary>
    public override string ToString() => CDeclarator.Declare(this, "");
}
