using Clovisor.Istio.Oracle.Generation;

namespace Clovisor.Istio.Oracle.Live;

/// <summary>Generates cases, has the oracle answer them, and compares.</summary>
public static class LiveComparison
{
    /// <summary>Gets the areas that cases are generated for.</summary>
    public static IEnumerable<string> Areas => CaseGenerator.Areas;

    /// <summary>Generates cases and has them answered.</summary>
    /// <param name="oracle">The oracle.</param>
    /// <param name="area">One of <see cref="Areas"/>.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many cases.</param>
    /// <returns>The cases with answers.</returns>
    public static IReadOnlyList<OracleCase> Ask(OracleProgram oracle, string area, int seed, int count) => oracle.Answer(area, CaseGenerator.Generate(area, seed, count));
}
