using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>One thing about a valid configuration that its author should know.</summary>
/// <param name="Code">The code that <c>istioctl analyze</c> has for it, such as <c>IST0101</c>.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Source">The file and line.</param>
/// <param name="Subject">The object, such as <c>VirtualService app/httpbin</c>.</param>
/// <param name="Field">The path of the field, such as <c>spec.http[0].route[1].destination.host</c>.</param>
/// <param name="Message">What it is and what would be right.</param>
public sealed record AnalysisMessage(string Code, AnalysisLevel Level, SourceLocation Source, string Subject, string Field, string Message)
{
    /// <summary>Writes all parts on one line, location first.</summary>
    /// <returns>Text such as <c>rules.yaml:12: error IST0101: VirtualService app/httpbin: spec.gateways: …</c>.</returns>
    public override string ToString() => $"{Source}: {Level.ToString().ToLowerInvariant()} {Code}: {Subject}: {Field}: {Message}";
}
