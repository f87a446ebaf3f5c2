using Clovisor.Istio.Oracle;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>Configurations and requests, answered by istiod's generator and a real Envoy. One test a case, by its name.</summary>
public sealed class OracleCaseTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "oracle");

    private static readonly Lazy<Dictionary<string, OracleCase>> Cases = new(static () => OracleFiles.Find(Folder).SelectMany(OracleFiles.Read).ToDictionary(static c => c.Name));

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Exceptions = new(static () => OracleExceptions.Read(Folder));

    public static IEnumerable<TheoryDataRow<string>> Names => Cases.Value.Values
        .Select(static c => new TheoryDataRow<string>(c.Name) { TestDisplayName = $"Answers_as_Istio_and_Envoy_do({c.Name})" });

    [Theory]
    [MemberData(nameof(Names))]
    public void Answers_as_Istio_and_Envoy_do(string name)
    {
        IReadOnlyList<OracleDifference> differences = OracleComparison.Differences(Cases.Value[name]);
        if (Exceptions.Value.ContainsKey(name))
        {
            // An exception that is none any more must go.
            Assert.NotEmpty(differences);
            return;
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences.Take(5)));
    }

    [Fact]
    public void Exceptions_are_few_and_name_cases()
    {
        Assert.All(Exceptions.Value.Keys, static name => Assert.True(Cases.Value.ContainsKey(name), $"{name} is no case"));
        int excepted = Exceptions.Value.Keys.Sum(static name => Cases.Value[name].Requests.Count());
        Assert.True(excepted * 500 <= Cases.Value.Values.Sum(static c => c.Requests.Count()), $"{excepted} requests are excepted: more than 0.2 %");
    }
}
