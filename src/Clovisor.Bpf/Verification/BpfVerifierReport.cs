namespace Clovisor.Bpf.Verification;

/// <summary>What a verifier log says, taken apart. Kernels word their logs differently: what was not found is null.</summary>
/// <param name="Reason">The line that states why the program was refused.</param>
/// <param name="Suggestion">What to do about it: the kernel's own advice where it gives some, else ours for the reasons that we know.</param>
/// <param name="Instruction">The index of the instruction that was being verified.</param>
/// <param name="InstructionText">That instruction, as the kernel prints it: <c>(61) r0 = *(u32 *)(r1 +0)</c>.</param>
/// <param name="Source">The line of C that it was compiled from; needs an object compiled from a file with <c>-g</c>.</param>
/// <param name="File">The file of that line. Linux 6.8 and newer say it.</param>
/// <param name="Line">The number of that line, from 1. Linux 6.8 and newer say it.</param>
/// <param name="Statistics">How much was verified and how much of the limits was used.</param>
public sealed record BpfVerifierReport(
    string Reason,
    string? Suggestion,
    int? Instruction,
    string? InstructionText,
    string? Source,
    string? File,
    int? Line,
    BpfVerifierStatistics? Statistics)
{
    /// <summary>Takes a log apart. Never fails: a log that is empty or of another form gives a report with little in it.</summary>
    /// <param name="log">The log.</param>
    public static BpfVerifierReport Parse(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return VerifierLog.Parse(log);
    }

    /// <summary>The reason, the place and the advice, a line each.</summary>
    public override string ToString()
    {
        string place = (File, Source, InstructionText) switch
        {
            ({ } file, _, _) => $"{Environment.NewLine}  at {file}:{Line}{(Source is null ? "" : $": {Source}")}",
            (null, { } source, _) => $"{Environment.NewLine}  at: {source}",
            (null, null, { } text) => $"{Environment.NewLine}  at instruction {Instruction}: {text}",
            _ => "",
        };
        return Suggestion is null ? $"{Reason}{place}" : $"{Reason}{place}{Environment.NewLine}  {Suggestion}";
    }
}
