namespace Clovisor.Bpf.Btf;

/// <summary>The kinds of BTF types, with the numbers of the format.</summary>
public enum BtfKind
{
    /// <summary>No type: <c>void</c>.</summary>
    Void = 0,

    /// <summary>An integer, a character or a boolean.</summary>
    Integer = 1,

    /// <summary>A pointer.</summary>
    Pointer = 2,

    /// <summary>An array.</summary>
    Array = 3,

    /// <summary>A struct.</summary>
    Struct = 4,

    /// <summary>A union.</summary>
    Union = 5,

    /// <summary>An enum whose values have 32 bits.</summary>
    Enum = 6,

    /// <summary>A struct or union that is declared and not defined.</summary>
    Forward = 7,

    /// <summary>A typedef.</summary>
    Typedef = 8,

    /// <summary>The qualifier <c>volatile</c>.</summary>
    Volatile = 9,

    /// <summary>The qualifier <c>const</c>.</summary>
    Const = 10,

    /// <summary>The qualifier <c>restrict</c>.</summary>
    Restrict = 11,

    /// <summary>A function with a name.</summary>
    Function = 12,

    /// <summary>Parameters and result of a function.</summary>
    FunctionPrototype = 13,

    /// <summary>A global variable.</summary>
    Variable = 14,

    /// <summary>A section of global variables.</summary>
    DataSection = 15,

    /// <summary>A floating-point number.</summary>
    Float = 16,

    /// <summary>An attribute <c>btf_decl_tag</c> on a declaration.</summary>
    DeclarationTag = 17,

    /// <summary>An attribute <c>btf_type_tag</c> on a pointer's target.</summary>
    TypeTag = 18,

    /// <summary>An enum whose values have 64 bits.</summary>
    Enum64 = 19,
}
