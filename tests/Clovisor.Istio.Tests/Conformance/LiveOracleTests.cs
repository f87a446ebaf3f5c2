using Clovisor.Istio.Oracle;
using Clovisor.Istio.Oracle.Live;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>Configurations and requests that nobody has seen before: generated, answered by the oracle itself, compared.</summary>
public sealed class LiveOracleTests
{
    private const int CasesAnArea = 25;

    [Theory]
    [InlineData("match")]
    [InlineData("actions")]
    [InlineData("hosts")]
    [InlineData("gateway")]
    [InlineData("delegate")]
    public void Agrees_on_generated_cases(string area)
    {
        bool found = OracleProgram.TryFind(out OracleProgram? oracle, out string reason);
        Assert.SkipUnless(found, reason);
        int seed = int.TryParse(Environment.GetEnvironmentVariable("CLOVISOR_ORACLE_SEED"), out int given) ? given : 20_26;
        IReadOnlyList<OracleCase> cases = LiveComparison.Ask(oracle!, area, seed, CasesAnArea);
        Assert.True(cases.Count(static c => !c.IsRefused) > CasesAnArea / 3, $"seed {seed}: most cases were refused, which tests little");
        OracleDifference[] differences = [.. cases.SelectMany(OracleComparison.Differences)];
        Assert.True(differences.Length == 0, $"seed {seed}, {differences.Length} differences\n{string.Join("\n", differences.Take(5))}");
    }
}
