namespace Clovisor.EdgeHost.Demo;

/// <summary>A step before it is run.</summary>
/// <param name="Name">As in the verdict.</param>
/// <param name="Promised">What must be seen for it to pass.</param>
/// <param name="Run">Runs it, and says what was seen and whether that is as promised.</param>
internal sealed record DemoStep(string Name, string Promised, Func<DemoStage, CancellationToken, Task<(string Measured, bool Pass)>> Run);
