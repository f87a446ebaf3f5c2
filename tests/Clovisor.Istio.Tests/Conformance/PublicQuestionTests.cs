namespace Clovisor.Istio.Tests.Conformance;

/// <summary>
/// Questions that users asked in public about what their rules do, answered by istiod's generator and a real Envoy.
/// One test a question, by its name.
/// </summary>
public sealed class PublicQuestionTests
{
    private static readonly Lazy<Dictionary<string, OracleCase>> Cases = new(static () =>
    {
        using StreamReader reader = File.OpenText(Path.Combine(AppContext.BaseDirectory, "oracle", "questions.jsonl"));
        return OracleCase.Load(reader).ToDictionary(static c => c.Name);
    });

    public static IEnumerable<TheoryDataRow<string>> Names => Cases.Value.Keys.Select(static name => new TheoryDataRow<string>(name) { TestDisplayName = $"Answers_as_Istio_and_Envoy_do({name})" });

    [Theory]
    [MemberData(nameof(Names))]
    public void Answers_as_Istio_and_Envoy_do(string name) => Assert.Empty(OracleComparison.Differences(Cases.Value[name]));
}
