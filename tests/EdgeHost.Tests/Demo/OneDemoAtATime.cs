namespace Clovisor.EdgeHost.Tests.Demo;

/// <summary>The tests that start the demo itself: its names are fixed, so one that looks for what is left must not meet another's demo at work.</summary>
[CollectionDefinition(nameof(OneDemoAtATime))]
public sealed class OneDemoAtATime;
