using Clovisor.Bpf.Generators.Models;
using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators.Mirrors;

/// <summary>How the runtime lays out an unmanaged struct: in order with C's alignment up to <c>Pack</c>, or at the offsets given.</summary>
internal static class ManagedLayout
{
    private const int Explicit = 2;

    // Beyond that the struct contains itself, which the compiler reports.
    private const int DeepestNesting = 32;

    internal static MirrorLayout? Of(INamedTypeSymbol type) => Place(type, 0) is { } placed ? new MirrorLayout(placed.Size, placed.Fields.ToEquatable()) : null;

    private static (int Size, int Alignment, List<PlacedField> Fields)? Place(INamedTypeSymbol type, int depth)
    {
        if (depth > DeepestNesting || !type.Locations.Any(static location => location.IsInSource))
        {
            return null; // reference assemblies leave private fields out
        }

        (int kind, int pack, int size) = Attribute(type);
        var fields = new List<PlacedField>();
        int end = 0;
        int largest = 1;
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic && !field.IsConst))
        {
            if (Measure(field.Type, depth + 1) is not { } measure || field.IsFixedSizeBuffer)
            {
                return null;
            }

            int alignment = pack > 0 ? Math.Min(pack, measure.Alignment) : measure.Alignment;
            int offset = kind == Explicit ? Offset(field) : (end + alignment - 1) / alignment * alignment;
            fields.Add(new PlacedField(field.Name, offset, measure.Size));
            end = Math.Max(end, offset + measure.Size);
            largest = Math.Max(largest, alignment);
        }

        if (InlineLength(type) is { } length && fields.Count == 1)
        {
            end = checked(fields[0].Size * length);
        }

        int whole = Math.Max((Math.Max(end, 1) + largest - 1) / largest * largest, size);
        return (whole, largest, fields);
    }

    private static (int Size, int Alignment)? Measure(ITypeSymbol type, int depth)
    {
        int size = type.SpecialType switch
        {
            SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte => 1,
            SpecialType.System_Char or SpecialType.System_Int16 or SpecialType.System_UInt16 => 2,
            SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
            SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double or SpecialType.System_IntPtr or SpecialType.System_UIntPtr => 8,
            _ => 0,
        };
        if (size > 0)
        {
            return (size, size);
        }

        return type switch
        {
            IPointerTypeSymbol or IFunctionPointerTypeSymbol => (8, 8),
            INamedTypeSymbol { EnumUnderlyingType: { } underlying } => Measure(underlying, depth),
            INamedTypeSymbol { Name: "Int128" or "UInt128", ContainingNamespace.Name: "System" } => (16, 16),
            INamedTypeSymbol { TypeKind: TypeKind.Struct } nested when Place(nested, depth) is { } placed => (placed.Size, placed.Alignment),
            _ => null,
        };
    }

    private static (int Kind, int Pack, int Size) Attribute(INamedTypeSymbol type)
    {
        AttributeData? attribute = Find(type, "StructLayoutAttribute");
        int kind = attribute?.ConstructorArguments.Length == 1 ? Convert.ToInt32(attribute.ConstructorArguments[0].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
        return (kind, Named("Pack"), Named("Size"));

        int Named(string name) => attribute?.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value.Value as int? ?? 0;
    }

    private static int Offset(IFieldSymbol field) =>
        field.GetAttributes().FirstOrDefault(static attribute => attribute.AttributeClass?.Name == "FieldOffsetAttribute")?.ConstructorArguments[0].Value as int? ?? 0;

    private static int? InlineLength(INamedTypeSymbol type) => Find(type, "InlineArrayAttribute")?.ConstructorArguments[0].Value as int?;

    private static AttributeData? Find(INamedTypeSymbol type, string name) =>
        type.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.Name == name);
}
