namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>Tests that look at the memory of the process: what others take meanwhile would be taken for theirs.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;
