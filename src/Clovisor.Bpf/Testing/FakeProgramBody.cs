namespace Clovisor.Bpf.Testing;

/// <summary>What a program of a <see cref="FakeBpfKernel"/> does when it is run.</summary>
/// <param name="data">The packet, or whatever the program is given; may be changed in place.</param>
/// <returns>The program's return value.</returns>
public delegate uint FakeProgramBody(Span<byte> data);
