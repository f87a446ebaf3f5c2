namespace Clovisor.Bpf.Btf;

/// <summary>The type <c>void</c>, number 0 of every table.</summary>
public sealed class BtfVoid : BtfType
{
    internal BtfVoid(BtfTypeTable table)
        : base(table, 0)
    {
    }
}

/// <summary>An integer, a character or a boolean.</summary>
public sealed class BtfInteger : BtfType
{
    internal BtfInteger(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Whether it is signed. clang says so of <c>char</c> too.</summary>
    public bool IsSigned => (Word(0) >> 24 & 1) != 0;

    /// <summary>Whether it is a character by the compiler's word. clang leaves this out: compare the name with <c>char</c>.</summary>
    public bool IsCharacter => (Word(0) >> 24 & 2) != 0;

    /// <summary>Whether it is <c>_Bool</c>.</summary>
    public bool IsBoolean => (Word(0) >> 24 & 4) != 0;

    /// <summary>Width in bits: smaller than the size for bit-fields of old compilers, otherwise the size.</summary>
    public int Bits => (int)(Word(0) & 0xFF);

    /// <summary>Where the bits start, for bit-fields of old compilers; otherwise 0.</summary>
    public int BitOffset => (int)(Word(0) >> 16 & 0xFF);
}

/// <summary>A floating-point number.</summary>
public sealed class BtfFloat : BtfType
{
    internal BtfFloat(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }
}

/// <summary>A pointer. 8 bytes, whatever the host.</summary>
public sealed class BtfPointer : BtfType
{
    internal BtfPointer(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>What it points to; <see cref="BtfVoid"/> for <c>void *</c>.</summary>
    public BtfType Target => Referred;
}

/// <summary>An array of a fixed length; of length 0 when it is a flexible member.</summary>
public sealed class BtfArray : BtfType
{
    internal BtfArray(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>The type of an element, an array again when there are more dimensions.</summary>
    public BtfType Element => Table[Word(0)];

    /// <summary>The number of elements.</summary>
    public int Length => (int)Word(2);
}

/// <summary>Another name for a type.</summary>
public sealed class BtfTypedef : BtfType
{
    internal BtfTypedef(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>What is named.</summary>
    public BtfType Target => Referred;
}

/// <summary>A type with <c>const</c>, <c>volatile</c>, <c>restrict</c> or a <c>btf_type_tag</c>, whose text is the name.</summary>
public sealed class BtfQualifier : BtfType
{
    internal BtfQualifier(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>What is qualified.</summary>
    public BtfType Target => Referred;
}

/// <summary>A struct or union that is declared and nowhere defined.</summary>
public sealed class BtfForward : BtfType
{
    internal BtfForward(BtfTypeTable table, uint id)
        : base(table, id)
    {
    }

    /// <summary>Whether it is a union.</summary>
    public bool IsUnion => Table.Blob.Flag(Id);
}
