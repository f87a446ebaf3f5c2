namespace Clovisor.Bpf;

/// <summary>How much the verifier writes, with the kernel's numbers.</summary>
[Flags]
public enum BpfLogLevel
{
    /// <summary>Nothing, unless the program is refused.</summary>
    None = 0,

    /// <summary>Each instruction of the path that was checked last.</summary>
    Basic = 1,

    /// <summary>All paths, with the state of registers. Can take many MB.</summary>
    Verbose = 2,

    /// <summary>The counts of instructions and states alone: what a program costs the verifier. From Linux 5.2.</summary>
    Statistics = 4,
}
