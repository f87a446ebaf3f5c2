using System.Diagnostics;
using Clovisor.Hosting.Configuration;

namespace Clovisor.Hosting.Telemetry;

/// <summary>The span of bringing the kernel to another configuration. Null, and free, while nobody listens.</summary>
internal static class ApplySpan
{
    private const string Name = "clovisor.apply";
    private const string Refused = "refused";

    private static readonly ActivitySource Source = new(ClovisorTelemetry.ActivitySourceName, ClovisorTelemetry.Version);

    /// <summary>Begins it.</summary>
    internal static Activity? Begin(ClovisorSnapshot next) => Source.StartActivity(Name)?
        .SetTag(TelemetryTag.Revision, next.Revision)
        .SetTag(TelemetryTag.Links, next.Wan.Links.Length)
        .SetTag(TelemetryTag.Associations, next.Wan.Associations.Length);

    /// <summary>Says why the kernel refused; nothing where it did not.</summary>
    internal static void Applied(this Activity? span, string? refusal)
    {
        if (refusal is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, refusal).SetTag(TelemetryTag.ErrorType, Refused);
        }
    }
}
