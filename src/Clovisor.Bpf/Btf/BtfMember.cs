namespace Clovisor.Bpf.Btf;

/// <summary>One member of a C struct or union.</summary>
/// <param name="Name">The member's name; empty for an anonymous struct or union and for a bit-field that is only padding.</param>
/// <param name="BitOffset">Distance from the start of the struct, in bits.</param>
/// <param name="BitSize">Width in bits of a bit-field; 0 for any other member.</param>
/// <param name="Type">The declared type, qualifiers included.</param>
public sealed record BtfMember(string Name, int BitOffset, int BitSize, BtfType Type)
{
    /// <summary>Distance from the start of the struct, in whole bytes.</summary>
    public int Offset => BitOffset / 8;

    /// <summary>Size in bytes; for a bit-field that of its declared type.</summary>
    public int Size => Type.Size;

    /// <summary>The first name that stands in the declared type, <c>__u32</c> rather than <c>unsigned int</c>, qualifiers, pointers and arrays left out; empty when it has none.</summary>
    public string TypeName
    {
        get
        {
            BtfType type = Type;
            for (int steps = 0; type.Name.Length == 0 || type.Kind == BtfKind.TypeTag; steps++)
            {
                BtfType? next = type switch
                {
                    BtfQualifier qualifier => qualifier.Target,
                    BtfTypedef named => named.Target,
                    BtfPointer pointer => pointer.Target,
                    BtfArray array => array.Element,
                    _ => null,
                };
                if (next is null || steps > 64)
                {
                    return "";
                }

                type = next;
            }

            return type.Name;
        }
    }
}
