namespace Clovisor.Bpf.Btf.Layouts;

/// <summary>How a C# struct lies in memory.</summary>
/// <param name="Name">The name of the type.</param>
/// <param name="Size">Size in bytes, padding included.</param>
/// <param name="Fields">The fields in order of declaration; they may overlap.</param>
public sealed record BpfStructLayout(string Name, int Size, IReadOnlyList<BpfStructField> Fields);

/// <summary>A field of a C# struct.</summary>
/// <param name="Name">The name; empty for storage that only holds bit-fields.</param>
/// <param name="Offset">Distance from the start of the struct, in bytes.</param>
/// <param name="Size">Size in bytes.</param>
public readonly record struct BpfStructField(string Name, int Offset, int Size);
