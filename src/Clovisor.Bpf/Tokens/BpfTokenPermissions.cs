using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Tokens;

/// <summary>What a token stands for: one bit for each number of the kernel's enumerations.</summary>
/// <param name="Commands">Commands of bpf(2).</param>
/// <param name="MapTypes">Types of maps that may be created.</param>
/// <param name="ProgramTypes">Types of programs that may be loaded.</param>
/// <param name="AttachTypes">Hooks that programs may be loaded for.</param>
public readonly record struct BpfTokenPermissions(ulong Commands, ulong MapTypes, ulong ProgramTypes, ulong AttachTypes)
{
    /// <summary>Whether a command is delegated.</summary>
    /// <param name="command">The command.</param>
    public bool Allows(BpfCommand command) => Has(Commands, (int)command);

    /// <summary>Whether maps of a type may be created.</summary>
    /// <param name="type">The type.</param>
    public bool Allows(BpfMapType type) => Has(MapTypes, (int)type);

    /// <summary>Whether programs of a type may be loaded.</summary>
    /// <param name="type">The type.</param>
    public bool Allows(BpfProgramType type) => Has(ProgramTypes, (int)type);

    /// <summary>Whether programs may be loaded for a hook.</summary>
    /// <param name="type">The hook.</param>
    public bool Allows(BpfAttachType type) => Has(AttachTypes, (int)type);

    /// <inheritdoc/>
    public override string ToString() => $"commands 0x{Commands:x}, maps 0x{MapTypes:x}, programs 0x{ProgramTypes:x}, hooks 0x{AttachTypes:x}";

    private static bool Has(ulong bits, int number) => number is >= 0 and < 64 && (bits >> number & 1) != 0;
}
