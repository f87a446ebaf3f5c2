using System.Text.Json.Serialization;

namespace Clovisor.EdgeHost.Demo;

/// <summary>How the demo ended.</summary>
/// <param name="Result"><c>pass</c> when every step was as promised, else <c>fail</c>.</param>
/// <param name="Proxy"><c>yarp</c> or <c>envoy</c>.</param>
/// <param name="Mode"><c>report</c> or <c>tag</c>.</param>
/// <param name="Steps">Every step that was run, in order.</param>
internal sealed record Verdict([property: JsonPropertyName("verdict")] string Result, string Proxy, string Mode, IReadOnlyList<StepResult> Steps);
