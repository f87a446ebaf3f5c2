namespace Clovisor.Bpf.Generators.Models;

/// <summary>All that is written for one object file. Values only, so that equal objects give equal models.</summary>
/// <param name="Namespace">The namespace; empty for none.</param>
/// <param name="ClassName">The name of the loaded skeleton.</param>
/// <param name="IsPublic">Whether the classes are public.</param>
/// <param name="ObjectName">The file's name, <c>count.bpf.o</c>, which is the resource's too.</param>
/// <param name="Maps">The maps, those of global variables left out.</param>
/// <param name="Programs">The programs.</param>
/// <param name="Sections">The sections of global variables.</param>
/// <param name="Types">Structs, unions, enums, arrays.</param>
internal sealed record SkeletonModel(
    string Namespace,
    string ClassName,
    bool IsPublic,
    string ObjectName,
    EquatableArray<MapModel> Maps,
    EquatableArray<ProgramModel> Programs,
    EquatableArray<SectionModel> Sections,
    EquatableArray<TypeModel> Types);

/// <summary>A map.</summary>
/// <param name="CName">The name in C.</param>
/// <param name="Name">The property.</param>
/// <param name="Type">The C# type of the property.</param>
/// <param name="Access">How the loaded object gives it.</param>
/// <param name="Record">For ring buffers: the C# type of its records; null when none is declared.</param>
/// <param name="ReadMethod">For ring buffers with such a type: the method that reads them.</param>
/// <param name="Summary">What it is, for the doc comment.</param>
internal sealed record MapModel(string CName, string Name, string Type, MapAccess Access, string? Record, string? ReadMethod, string Summary);

/// <summary>How a map is taken out of the loaded object.</summary>
internal enum MapAccess
{
    /// <summary>As bytes.</summary>
    Bytes,

    /// <summary>As a typed map.</summary>
    Typed,

    /// <summary>As a reader over the map.</summary>
    Reader,

    /// <summary>As a reader that is opened rather than made.</summary>
    OpenedReader,
}

/// <summary>A program.</summary>
internal sealed record ProgramModel(string CName, string Name, string Section);

/// <summary>A section of global variables.</summary>
internal sealed record SectionModel(string CName, string Name, bool IsConstant, EquatableArray<GlobalModel> Globals);

/// <summary>A global variable.</summary>
/// <param name="CName">The name in C.</param>
/// <param name="Name">The property.</param>
/// <param name="Type">The C# type; of an element for spans.</param>
/// <param name="IsSpan">Whether it is an array that is too large for a value, given as a span.</param>
/// <param name="Declaration">The declaration in C, for the doc comment.</param>
internal sealed record GlobalModel(string CName, string Name, string Type, bool IsSpan, string Declaration);
