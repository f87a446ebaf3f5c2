namespace Clovisor.Bpf.Btf;

/// <summary>One record as it stands in the blob. What the fields hold depends on the kind.</summary>
/// <param name="Name">Empty when anonymous.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Flag">Integer: signed. Struct: offsets carry bit-field widths. Enum: signed.</param>
/// <param name="SizeOrType">Size in bytes, or the id of the type referred to (arrays: of the element).</param>
/// <param name="Items">Members (type, offset), enumerators (value low, high), section variables (type, offset, size), array length.</param>
internal sealed record BtfRecord(string Name, BtfKind Kind, bool Flag, uint SizeOrType, BtfItem[] Items);

internal readonly record struct BtfItem(string Name, uint First, uint Second, uint Third);
