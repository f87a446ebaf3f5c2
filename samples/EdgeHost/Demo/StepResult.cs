namespace Clovisor.EdgeHost.Demo;

/// <summary>One step of the demo: what was promised, what was seen.</summary>
internal sealed record StepResult(string Name, string Promised, string Measured, bool Pass);
