using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Clovisor.Bpf.Generators.Mirrors;

/// <summary>Reads a struct with <c>[BpfStruct]</c>.</summary>
internal static class MirrorReader
{
    internal static MirrorModel Read(GeneratorAttributeSyntaxContext match)
    {
        var type = (INamedTypeSymbol)match.TargetSymbol;
        var declaration = (TypeDeclarationSyntax)match.TargetNode;
        FindingPlace place = FindingPlace.Of(declaration.Identifier.GetLocation());
        List<IFieldSymbol> fields = [.. type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic && !field.IsConst)];
        string? obstacle = Obstacle(type, declaration, fields);
        Finding[] findings = obstacle is null ? [] : [new Finding(Rules.NotComparable, place, type.Name, obstacle)];
        return new MirrorModel(
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            Containers(declaration).ToEquatable(),
            type.Name,
            match.Attributes[0].ConstructorArguments is [{ Value: string name }] ? name : null,
            fields.Select(static field => new MirrorField(field.Name, field.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat))).ToEquatable(),
            obstacle is null ? ManagedLayout.Of(type) : null,
            place,
            findings.ToEquatable());
    }

    private static string? Obstacle(INamedTypeSymbol type, TypeDeclarationSyntax declaration, List<IFieldSymbol> fields)
    {
        if (declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().FirstOrDefault(static part => !part.Modifiers.Any(SyntaxKind.PartialKeyword)) is { } whole)
        {
            return $"{whole.Identifier.Text} is not partial, so that nothing can be added to it";
        }

        if (declaration.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Any(static part => part.TypeParameterList is not null))
        {
            return "it is generic: its layout depends on its arguments";
        }

        if (!type.IsUnmanagedType)
        {
            return "it holds references, which memory shared with the kernel cannot";
        }

        if (fields.Find(static field => field.AssociatedSymbol is not null) is { AssociatedSymbol: { } property })
        {
            return $"{property.Name} keeps its value in a field without a name: declare a field";
        }

        return fields.Find(static field => field.IsFixedSizeBuffer) is { } buffer ? $"{buffer.Name} is a fixed buffer: use an inline array" : null;
    }

    private static IEnumerable<string> Containers(TypeDeclarationSyntax declaration) => declaration.Ancestors().OfType<TypeDeclarationSyntax>().Reverse()
        .Select(static part => $"partial {(part is RecordDeclarationSyntax record ? $"record {record.ClassOrStructKeyword.Text}".TrimEnd() : part.Keyword.Text)} {part.Identifier.Text}");
}
