using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Oracle;

/// <summary>Compares what this library answers with what the oracle answered: accepted or refused, tables, and each request.</summary>
public static class OracleComparison
{
    // What objects without a time of creation got when the oracle was asked.
    private static readonly DateTimeOffset Created = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Compares one case.</summary>
    /// <param name="question">The case with its answers.</param>
    /// <returns>The differences; none when all agrees.</returns>
    public static IReadOnlyList<OracleDifference> Differences(OracleCase question)
    {
        IstioReadResult read = IstioYaml.Read([new NamedText(question.Name, question.Config)], question.Mesh);
        bool refused = read.Configuration is null;
        if (question.IsRefused || refused)
        {
            return question.IsRefused == refused
                ? []
                : [new OracleDifference(
                    question.Name,
                    -1,
                    "is the configuration accepted?",
                    "accepted",
                    question.IsRefused ? $"refused: {question.Error}" : "accepted",
                    refused ? $"refused: {string.Join(" | ", read.Errors)}" : "accepted",
                    "validation")];
        }

        var compiler = new RouteCompiler(Dated(read.Configuration!));
        IstioProxy proxy = question.Proxy;
        var differences = new List<OracleDifference>();
        var whole = new DifferenceCollector(question.Name, -1, "which tables has the proxy?", "compilation", differences);

        // The oracle names tables again when it asks a case a second time, because another one of its batch was refused.
        whole.Same("table names", string.Join(",", question.TableNames.Distinct()), string.Join(",", compiler.GetTableNames(proxy)));
        var tables = new Dictionary<string, RouteTable?>(StringComparer.Ordinal);
        foreach (JsonElement expected in question.Tables)
        {
            TableComparison.Compare(question.Name, expected, Table(expected.Text("name")), differences);
        }

        int index = 0;
        foreach (JsonElement request in question.Requests)
        {
            AnswerComparison.Compare(question.Name, index++, request, Table(request.Text("table")), differences);
        }

        return differences;

        RouteTable? Table(string name)
        {
            if (!tables.TryGetValue(name, out RouteTable? table))
            {
                tables[name] = table = compiler.Compile(proxy, name);
            }

            return table;
        }
    }

    private static IstioConfiguration Dated(IstioConfiguration configuration) => configuration with
    {
        VirtualServices = [.. configuration.VirtualServices.Select(static v => v with { Created = v.Created ?? Created })],
        Gateways = [.. configuration.Gateways.Select(static g => g with { Created = g.Created ?? Created })],
        ServiceEntries = [.. configuration.ServiceEntries.Select(static e => e with { Created = e.Created ?? Created })],
        Sidecars = [.. configuration.Sidecars.Select(static s => s with { Created = s.Created ?? Created })],
        DestinationRules = [.. configuration.DestinationRules.Select(static d => d with { Created = d.Created ?? Created })],
    };
}
