namespace Clovisor.Istio.Resources;

/// <summary>A condition on a text.</summary>
/// <param name="Kind">How the text is compared.</param>
/// <param name="Value">What it is compared with; empty for <see cref="StringMatchKind.Present"/>.</param>
public sealed record StringMatch(StringMatchKind Kind, string Value)
{
    /// <summary>Writes the condition as the document has it.</summary>
    /// <returns>Text such as <c>prefix "/api"</c>.</returns>
    public override string ToString() => Kind == StringMatchKind.Present ? "present" : $"{Kind.ToString().ToLowerInvariant()} \"{Value}\"";
}
