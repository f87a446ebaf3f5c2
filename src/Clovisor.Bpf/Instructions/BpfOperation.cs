namespace Clovisor.Bpf.Instructions;

/// <summary>What an arithmetic instruction does to its destination. The numbers are those of the encoding.</summary>
public enum BpfOperation : byte
{
    /// <summary>Adds.</summary>
    Add = 0x00,

    /// <summary>Subtracts.</summary>
    Subtract = 0x10,

    /// <summary>Multiplies.</summary>
    Multiply = 0x20,

    /// <summary>Divides, unsigned; by zero gives zero.</summary>
    Divide = 0x30,

    /// <summary>Or.</summary>
    Or = 0x40,

    /// <summary>And.</summary>
    And = 0x50,

    /// <summary>Shifts left.</summary>
    ShiftLeft = 0x60,

    /// <summary>Shifts right, filling with zeros.</summary>
    ShiftRight = 0x70,

    /// <summary>The remainder, unsigned; by zero leaves the destination.</summary>
    Modulo = 0x90,

    /// <summary>Exclusive or.</summary>
    ExclusiveOr = 0xA0,

    /// <summary>Shifts right, filling with the sign.</summary>
    ShiftRightSigned = 0xC0,
}
