namespace Clovisor.Bpf.Instructions;

/// <summary>What an atomic instruction does to memory. The numbers are those of the encoding. 4 or 8 bytes; the fetching ones from Linux 5.12.</summary>
public enum BpfAtomic
{
    /// <summary>Adds the source.</summary>
    Add = 0x00,

    /// <summary>Ors the source in.</summary>
    Or = 0x40,

    /// <summary>Ands the source in.</summary>
    And = 0x50,

    /// <summary>Exclusive-ors the source in.</summary>
    ExclusiveOr = 0xA0,

    /// <summary>As <see cref="Add"/>; the source takes the old value.</summary>
    FetchAdd = 0x01,

    /// <summary>As <see cref="Or"/>; the source takes the old value.</summary>
    FetchOr = 0x41,

    /// <summary>As <see cref="And"/>; the source takes the old value.</summary>
    FetchAnd = 0x51,

    /// <summary>As <see cref="ExclusiveOr"/>; the source takes the old value.</summary>
    FetchExclusiveOr = 0xA1,

    /// <summary>Swaps source and memory.</summary>
    Exchange = 0xE1,

    /// <summary>Stores the source if memory equals R0; R0 takes the old value.</summary>
    CompareExchange = 0xF1,
}
