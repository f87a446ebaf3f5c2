namespace Clovisor.Bpf.Generators.Models;

/// <summary>A type to write.</summary>
internal abstract record TypeModel(string Name);

/// <summary>A struct or union.</summary>
/// <param name="Name">The C# name.</param>
/// <param name="CName">As C calls it, <c>struct event</c>.</param>
/// <param name="Tag">Its tag in C; empty for an anonymous one.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="IsPacked">Whether fields lie where their alignment does not put them.</param>
/// <param name="Fields">Fields, those that hold bit-fields among them.</param>
/// <param name="BitFields">Bit-fields, which become properties.</param>
/// <param name="LeftOut">Members that C# cannot hold, as C declares them.</param>
internal sealed record StructModel(
    string Name,
    string CName,
    string Tag,
    int Size,
    bool IsPacked,
    EquatableArray<FieldModel> Fields,
    EquatableArray<BitFieldModel> BitFields,
    EquatableArray<string> LeftOut) : TypeModel(Name);

/// <summary>A field. Without a declaration it is private storage for bit-fields.</summary>
/// <param name="Name">The C# name.</param>
/// <param name="CName">The name in C; empty for storage.</param>
/// <param name="Type">The C# type.</param>
/// <param name="Offset">Distance from the start of the struct, in bytes.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Declaration">The declaration in C.</param>
internal sealed record FieldModel(string Name, string CName, string Type, int Offset, int Size, string? Declaration);

/// <summary>A bit-field.</summary>
/// <param name="Name">The property.</param>
/// <param name="Type">The C# type of the property.</param>
/// <param name="Storage">The field that holds the bits.</param>
/// <param name="StorageType">Its type: <c>uint</c>.</param>
/// <param name="Shift">The lowest bit.</param>
/// <param name="Width">The number of bits.</param>
/// <param name="IsSigned">Whether the highest bit is a sign.</param>
/// <param name="Declaration">The declaration in C.</param>
internal sealed record BitFieldModel(
    string Name, string Type, string Storage, string StorageType, int Shift, int Width, bool IsSigned, string Declaration);

/// <summary>An enum.</summary>
internal sealed record EnumModel(string Name, string CName, string Underlying, EquatableArray<EnumValueModel> Values) : TypeModel(Name);

/// <summary>A value of an enum, as C# writes it.</summary>
internal sealed record EnumValueModel(string Name, string CName, string Value);

/// <summary>An array of a fixed length: of characters when it is text, generic otherwise.</summary>
internal sealed record ArrayModel(string Name, int Length, bool IsText) : TypeModel(Name);
