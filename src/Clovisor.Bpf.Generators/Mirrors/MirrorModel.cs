using Clovisor.Bpf.Generators.Diagnostics;
using Clovisor.Bpf.Generators.Models;

namespace Clovisor.Bpf.Generators.Mirrors;

/// <summary>A struct with <c>[BpfStruct]</c>.</summary>
/// <param name="Namespace">Its namespace; empty for none.</param>
/// <param name="Containers">The types it is nested in, outermost first, as they are declared: <c>partial class Maps</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="CName">The C struct it mirrors; null when it is only to be described.</param>
/// <param name="Fields">Names and types of its fields.</param>
/// <param name="Layout">Size and fields as the runtime lays them out; null when that cannot be told from here.</param>
/// <param name="Place">Where it is declared.</param>
/// <param name="Findings">Why it cannot be described; empty when it can.</param>
internal sealed record MirrorModel(
    string Namespace,
    EquatableArray<string> Containers,
    string Name,
    string? CName,
    EquatableArray<MirrorField> Fields,
    MirrorLayout? Layout,
    FindingPlace Place,
    EquatableArray<Finding> Findings)
{
    internal string FullName => string.Join(".", new[] { Namespace }.Where(static part => part.Length > 0)
        .Concat(Containers.Select(static container => container.Substring(container.LastIndexOf(' ') + 1))).Concat([Name]));
}

/// <summary>A field.</summary>
internal readonly record struct MirrorField(string Name, string Type);

/// <summary>A computed layout.</summary>
internal sealed record MirrorLayout(int Size, EquatableArray<PlacedField> Fields);

/// <summary>A field with its place.</summary>
internal readonly record struct PlacedField(string Name, int Offset, int Size);
