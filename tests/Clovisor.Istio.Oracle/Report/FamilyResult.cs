namespace Clovisor.Istio.Oracle.Report;

/// <summary>What came out of one family of cases. A request of a refused case is not counted: its answer means nothing.</summary>
/// <param name="Family">The name of the family.</param>
/// <param name="Cases">How many cases it has.</param>
/// <param name="Requests">How many requests were compared.</param>
/// <param name="Agreeing">How many of them agree in all.</param>
/// <param name="Differing">How many differ. Those of a case whose acceptance or tables differ all count.</param>
/// <param name="Excepted">How many differ and are excepted.</param>
/// <param name="DifferingCases">How many cases differ, be it in a request, a table or in being accepted.</param>
internal sealed record FamilyResult(string Family, int Cases, int Requests, int Agreeing, int Differing, int Excepted, int DifferingCases);
