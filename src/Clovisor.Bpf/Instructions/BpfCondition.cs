namespace Clovisor.Bpf.Instructions;

/// <summary>When a conditional jump is taken. The numbers are those of the encoding.</summary>
public enum BpfCondition : byte
{
    /// <summary>Equal.</summary>
    Equal = 0x10,

    /// <summary>Greater, unsigned.</summary>
    Greater = 0x20,

    /// <summary>Greater or equal, unsigned.</summary>
    GreaterOrEqual = 0x30,

    /// <summary>Any of the operand's bits is set.</summary>
    AnyBit = 0x40,

    /// <summary>Not equal.</summary>
    NotEqual = 0x50,

    /// <summary>Greater, signed.</summary>
    GreaterSigned = 0x60,

    /// <summary>Greater or equal, signed.</summary>
    GreaterOrEqualSigned = 0x70,

    /// <summary>Less, unsigned.</summary>
    Less = 0xA0,

    /// <summary>Less or equal, unsigned.</summary>
    LessOrEqual = 0xB0,

    /// <summary>Less, signed.</summary>
    LessSigned = 0xC0,

    /// <summary>Less or equal, signed.</summary>
    LessOrEqualSigned = 0xD0,
}
