namespace Clovisor.Bpf.Testing;

/// <summary>One call that a <see cref="FakeBpfKernel"/> has answered.</summary>
/// <param name="Command">The command.</param>
/// <param name="Target">The name of the map or the program it went to or made, or the path; empty when there is none.</param>
/// <param name="Result">What it answered: 0 or more, or minus the error number.</param>
public readonly record struct BpfCall(BpfCommand Command, string Target, int Result);
