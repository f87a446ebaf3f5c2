using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Health;

/// <summary>Registers the check of the whole and one for each part that was added, however late.</summary>
internal sealed class HealthCheckParts(HealthBoard board, IEnumerable<HealthPartName> parts) : IConfigureOptions<HealthCheckServiceOptions>
{
    private const string Name = "clovisor";

    public void Configure(HealthCheckServiceOptions options)
    {
        options.Registrations.Add(new HealthCheckRegistration(Name, new ClovisorHealthCheck(board, null), null, [Name, "ready"]));
        foreach (HealthPartName part in parts)
        {
            options.Registrations.Add(new HealthCheckRegistration($"{Name}-{part.Name}", new ClovisorHealthCheck(board, part.Name), null, [Name]));
        }
    }
}
