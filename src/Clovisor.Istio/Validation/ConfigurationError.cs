using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Validation;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Source">The file and line to look at.</param>
/// <param name="Subject">The object, such as <c>VirtualService app/httpbin</c>, or an empty string where no object could be read.</param>
/// <param name="Field">The path of the field, such as <c>spec.http[0].match[1].uri</c>, or an empty string.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ConfigurationError(SourceLocation Source, string Subject, string Field, string Message)
{
    /// <summary>Writes all parts on one line, location first.</summary>
    /// <returns>Text such as <c>rules.yaml:12: VirtualService app/httpbin: spec.hosts: …</c>.</returns>
    public override string ToString() => string.Join(": ", new[] { Source.ToString(), Subject, Field, Message }.Where(static p => p.Length > 0));
}
