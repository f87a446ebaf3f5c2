namespace Clovisor.Bpf.Programs;

/// <summary>What the kernel says of a program at one moment. Numbers that an older kernel does not tell are 0.</summary>
public sealed record BpfProgramInfo
{
    /// <summary>The kernel's number of the program.</summary>
    public required uint Id { get; init; }

    /// <summary>The type.</summary>
    public required BpfProgramType Type { get; init; }

    /// <summary>The kernel's name, of at most 15 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>When it was loaded: the time since the machine started, sleep included, as <c>/proc/uptime</c> counts. From Linux 4.15.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>The user who loaded it.</summary>
    public uint UserId { get; init; }

    /// <summary>Whether its licence allows helpers that only GPL-compatible programs may call. From Linux 4.18.</summary>
    public bool IsGplCompatible { get; init; }

    /// <summary>Length in bytes after the verifier has rewritten it: 8 an instruction. 0 when the reader may not see it.</summary>
    public int TranslatedLength { get; init; }

    /// <summary>Length in bytes as machine code; 0 when it is not compiled.</summary>
    public int JitedLength { get; init; }

    /// <summary>How many instructions the verifier walked through, those it came by several times counted as often. From Linux 5.16.</summary>
    public int VerifiedInstructions { get; init; }

    /// <summary>How often it ran while statistics were on; see <see cref="BpfStatistics"/>. From Linux 5.1.</summary>
    public long RunCount { get; init; }

    /// <summary>How long it ran in all while statistics were on. From Linux 5.1.</summary>
    public TimeSpan RunTime { get; init; }

    /// <summary>How often it could not run, since it ran on that CPU already. From Linux 5.12.</summary>
    public long RecursionMisses { get; init; }

    /// <summary>The number of the BTF object that describes it; 0 for none. From Linux 5.0.</summary>
    public uint BtfId { get; init; }

    /// <summary>For a program made for a kernel function: the number of the BTF object that describes the function. From Linux 5.17.</summary>
    public uint AttachBtfObjectId { get; init; }

    /// <summary>For a program made for a kernel function: the number of the function in its BTF. From Linux 5.17.</summary>
    public uint AttachBtfId { get; init; }

    /// <summary>The numbers of the maps that it uses, those that only its rodata are in as well.</summary>
    public IReadOnlyList<uint> MapIds { get; init; } = [];
}
