namespace Clovisor.Bpf.Generators.Models;

/// <summary>An object file to write a skeleton for.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">Its bytes; empty when it could not be read.</param>
/// <param name="ReadError">Why it could not be read; null when it was.</param>
/// <param name="Namespace">Where the classes go; null for the project's root namespace.</param>
/// <param name="ClassName">The class; null for one made from the file's name.</param>
/// <param name="Accessibility"><c>public</c> or <c>internal</c>; anything else is a mistake.</param>
internal sealed record ObjectInput(string Path, EquatableArray<byte> Content, string? ReadError, string? Namespace, string? ClassName, string Accessibility)
{
    internal string FileName => System.IO.Path.GetFileName(Path);
}

/// <summary>What came of an object file: a skeleton, findings, or both.</summary>
internal sealed record ObjectResult(ObjectInput Input, SkeletonModel? Skeleton, EquatableArray<Diagnostics.Finding> Findings);
