using System.Text.Json;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Oracle;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>
/// The listeners and filter chains that istiod's own generator makes for sidecars and gateways. A case is a line of JSON: configuration, proxy, and each
/// listener with its chains as <c>server names|ranges|http or istio|target</c>.
/// </summary>
public sealed class ListenerCaseTests
{
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "listeners", "listeners.jsonl.gz");

    private static readonly Lazy<Dictionary<string, OracleCase>> Cases = new(static () => OracleFiles.Read(File).ToDictionary(static c => c.Name));

    // What objects without a time of creation got when istiod was asked.
    private static readonly DateTimeOffset Created = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<TheoryDataRow<string>> Names => Cases.Value.Keys.Select(static n => new TheoryDataRow<string>(n) { TestDisplayName = $"Listens_as_Istio_does({n})" });

    [Theory]
    [MemberData(nameof(Names))]
    public void Listens_as_Istio_does(string name)
    {
        OracleCase question = Cases.Value[name];
        IstioReadResult read = IstioYaml.Read([new NamedText(name, question.Config)], question.Mesh);
        if (question.IsRefused || read.Configuration is null)
        {
            Assert.True(question.IsRefused == (read.Configuration is null), $"istiod: {question.Error}, here: {string.Join(" | ", read.Errors)}");
            return;
        }

        IstioConfiguration configuration = read.Configuration;
        var compiler = new RouteCompiler(configuration with
        {
            VirtualServices = [.. configuration.VirtualServices.Select(static v => v with { Created = v.Created ?? Created })],
            Gateways = [.. configuration.Gateways.Select(static v => v with { Created = v.Created ?? Created })],
            ServiceEntries = [.. configuration.ServiceEntries.Select(static v => v with { Created = v.Created ?? Created })],
            DestinationRules = [.. configuration.DestinationRules.Select(static v => v with { Created = v.Created ?? Created })],
            Sidecars = [.. configuration.Sidecars.Select(static v => v with { Created = v.Created ?? Created })],
        });
        var lines = new List<string>();
        foreach (int port in compiler.GetListenerPorts(question.Proxy))
        {
            ConnectionTable table = compiler.CompileConnections(question.Proxy, port);
            lines.AddRange(table.Listeners.SelectMany(static l => l.Chains.Select(c => $"{l.Name} {Line(c)}")));
        }

        if (question.Proxy.Kind == ProxyKind.Sidecar)
        {
            lines.Add($"0.0.0.0_15001 {Line(compiler.CompileConnections(question.Proxy, 1).CatchAll!)}");
        }

        IEnumerable<string> expected = question.Root.GetProperty("listeners").EnumerateArray()
            .SelectMany(static l => l[2].EnumerateArray().Select(c => $"{l[0].GetString()}_{l[1].GetInt32()} {c.GetString()}"));
        Assert.Equal(string.Join('\n', expected.Order(StringComparer.Ordinal)), string.Join('\n', lines.Order(StringComparer.Ordinal)));
    }

    private static string Line(FilterChain chain) => string.Join('|', [
        string.Join(',', chain.ServerNames.Order(StringComparer.Ordinal)),
        string.Join(',', chain.Destinations.Select(static d => d.ToString()).Order(StringComparer.Ordinal)),
        chain.IsPlainHttp ? "http" : chain.ApplicationProtocols.IsEmpty ? "" : "istio",
        chain.RouteTable.Length > 0 ? $"RDS:{chain.RouteTable}" : chain.Clusters.Length == 1 && chain.Clusters[0].Weight == 100 ? chain.Clusters[0].Cluster : string.Join(',', chain.Clusters.Select(static c => $"{c.Cluster}={c.Weight}")),
    ]);
}
