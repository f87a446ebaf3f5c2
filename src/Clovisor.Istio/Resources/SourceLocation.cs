namespace Clovisor.Istio.Resources;

/// <summary>Where an object was read from: enough for a reader to open the place.</summary>
/// <param name="File">The file's path as the reader was given it, or a name for text that has no file.</param>
/// <param name="Line">The line, from 1; 0 when unknown.</param>
public readonly record struct SourceLocation(string File, int Line)
{
    /// <summary>Writes <c>file:line</c>.</summary>
    /// <returns>The location as compilers write it, so that editors can follow it.</returns>
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}
