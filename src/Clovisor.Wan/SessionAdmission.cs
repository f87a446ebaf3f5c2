namespace Clovisor.Wan;

/// <summary>The answer to a session that was to be admitted.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Link">The name of the link that its packets take; null unless <see cref="AdmissionOutcome.Admitted"/> or <see cref="AdmissionOutcome.Kept"/>.</param>
public readonly record struct SessionAdmission(AdmissionOutcome Outcome, string? Link);
