namespace Clovisor.EdgeHost.Trial;

/// <summary>What was found in documents.</summary>
/// <param name="Valid">Whether an agent would put them in force.</param>
/// <param name="Errors">Why not.</param>
/// <param name="Warnings">What is probably not meant.</param>
internal sealed record Findings(bool Valid, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);
