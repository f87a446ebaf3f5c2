namespace Clovisor.Bpf.Btf.Layouts;

/// <summary>Makes a partial struct implement <see cref="IBpfStruct"/>, and compares it with the C struct it mirrors while it is compiled.</summary>
/// <remarks>The generator that comes with the package writes the other part. Where an object file of the project (<c>BpfProgram</c>, or an additional
/// file <c>x.bpf.o</c>) has the C struct, a difference in size or offsets is the error CLV0108.</remarks>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class BpfStructAttribute : Attribute
{
    /// <summary>For a struct that is only to be described.</summary>
    public BpfStructAttribute()
    {
    }

    /// <summary>For a struct that mirrors one of C.</summary>
    /// <param name="name">The tag in C without the word <c>struct</c>, or the name of a typedef.</param>
    public BpfStructAttribute(string name) => Name = name;

    /// <summary>The tag in C; null when it is only to be described.</summary>
    public string? Name { get; }
}
