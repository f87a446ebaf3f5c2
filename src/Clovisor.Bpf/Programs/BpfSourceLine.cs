namespace Clovisor.Bpf.Programs;

/// <summary>Where a piece of a program comes from.</summary>
/// <param name="Instruction">The index of its first instruction, after the verifier has rewritten the program.</param>
/// <param name="File">The source file; empty when the kernel cannot tell.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1; 0 when it is not known.</param>
/// <param name="Text">The line as it stands in the source; empty when the kernel cannot tell.</param>
public readonly record struct BpfSourceLine(int Instruction, string File, int Line, int Column, string Text);

/// <summary>A function of a program.</summary>
/// <param name="Instruction">The index of its first instruction, after the verifier has rewritten the program.</param>
/// <param name="Name">The name; empty when the kernel cannot tell.</param>
public readonly record struct BpfProgramFunction(int Instruction, string Name);
