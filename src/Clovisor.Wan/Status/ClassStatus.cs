using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Status;

/// <summary>Whether a link keeps an SLA class.</summary>
/// <param name="Name">The name of the class.</param>
/// <param name="Verdict">Whether it does, or whether that is not known yet.</param>
/// <param name="Excess">By how much the worst value exceeds its limit: 1 is at the limit; 0 while the class is not broken.</param>
public readonly record struct ClassStatus(string Name, SlaVerdict Verdict, double Excess);
