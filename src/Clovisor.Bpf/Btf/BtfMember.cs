namespace Clovisor.Bpf.Btf;

/// <summary>One member of a C struct or union.</summary>
/// <param name="Name">The member's name; empty for an anonymous struct or union.</param>
/// <param name="BitOffset">Distance from the start of the struct, in bits.</param>
/// <param name="Size">Size in bytes; for a bit-field that of its declared type.</param>
/// <param name="BitSize">Width in bits of a bit-field; 0 for any other member.</param>
/// <param name="TypeName">The declared type's name, qualifiers left out; empty when it has none.</param>
public sealed record BtfMember(string Name, int BitOffset, int Size, int BitSize, string TypeName)
{
    /// <summary>Distance from the start of the struct, in whole bytes.</summary>
    public int Offset => BitOffset / 8;
}
