namespace Clovisor.Wan.Selection;

/// <summary>What selection sees of a link, for one association.</summary>
/// <param name="Usable">Whether the link works.</param>
/// <param name="SlaExcess">By how much it breaks the association's SLA class: 0 when it keeps it, else the largest value by its limit.</param>
internal readonly record struct LinkView(bool Usable, double SlaExcess);
