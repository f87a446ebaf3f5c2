namespace Clovisor.Hosting.Health;

/// <summary>A part that was added to the host, and so has a health check of its own.</summary>
internal sealed record HealthPartName(string Name);
