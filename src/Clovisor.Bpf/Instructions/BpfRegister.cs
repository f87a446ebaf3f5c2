namespace Clovisor.Bpf.Instructions;

/// <summary>The registers of the BPF machine, 64 bits each.</summary>
public enum BpfRegister : byte
{
    /// <summary>A function's result.</summary>
    R0 = 0,

    /// <summary>First argument; on entry the context. Lost in a call.</summary>
    R1 = 1,

    /// <summary>Second argument; lost in a call.</summary>
    R2 = 2,

    /// <summary>Third argument; lost in a call.</summary>
    R3 = 3,

    /// <summary>Fourth argument; lost in a call.</summary>
    R4 = 4,

    /// <summary>Fifth argument; lost in a call.</summary>
    R5 = 5,

    /// <summary>Kept over calls.</summary>
    R6 = 6,

    /// <summary>Kept over calls.</summary>
    R7 = 7,

    /// <summary>Kept over calls.</summary>
    R8 = 8,

    /// <summary>Kept over calls.</summary>
    R9 = 9,

    /// <summary>The frame pointer, read-only: the stack is the 512 bytes below it.</summary>
    R10 = 10,
}
