using Clovisor.Bpf.Generators.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Clovisor.Bpf.Generators.Diagnostics;

/// <summary>A diagnostic as a value: which rule, where, about what.</summary>
internal sealed record Finding(string Id, FindingPlace Place, EquatableArray<string> Arguments)
{
    internal Finding(DiagnosticDescriptor rule, FindingPlace place, params string[] arguments)
        : this(rule.Id, place, new EquatableArray<string>(arguments))
    {
    }

    internal Diagnostic ToDiagnostic()
    {
        object[] arguments = [.. Arguments];
        return Diagnostic.Create(Rules.Find(Id), Place.ToLocation(), arguments);
    }
}

/// <summary>A place in a file; the file alone for objects, which have no lines.</summary>
internal sealed record FindingPlace(string Path, int Start, int Length, int Line, int Column, int EndLine, int EndColumn)
{
    internal static FindingPlace File(string path) => new(path, 0, 0, 0, 0, 0, 0);

    internal static FindingPlace Of(Location location)
    {
        FileLinePositionSpan span = location.GetLineSpan();
        return new(
            span.Path, location.SourceSpan.Start, location.SourceSpan.Length,
            span.StartLinePosition.Line, span.StartLinePosition.Character, span.EndLinePosition.Line, span.EndLinePosition.Character);
    }

    internal Location ToLocation() => Location.Create(
        Path, new TextSpan(Start, Length), new LinePositionSpan(new LinePosition(Line, Column), new LinePosition(EndLine, EndColumn)));
}
