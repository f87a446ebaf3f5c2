namespace Clovisor.Wan.DatapathBench;

/// <summary>One promise and what was measured. Kept is null where nothing is promised.</summary>
internal sealed record Verdict(string What, string Promise, string Measured, bool? Kept);
