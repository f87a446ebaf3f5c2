namespace Clovisor.EdgeHost.Agent;

/// <summary>One header of a request.</summary>
internal readonly record struct HeaderValue(string Name, string Value);
