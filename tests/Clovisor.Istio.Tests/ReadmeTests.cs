using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests;

/// <summary>What the package's README shows, run.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] Blocks = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")).Split("```");

    [Fact]
    public void The_example_prints_what_the_readme_says()
    {
        string yaml = Blocks.First(static b => b.StartsWith("yaml", StringComparison.Ordinal))["yaml".Length..];
        RouteTable table = RouteCompiler.Compile(IstioYaml.Read(yaml).OrThrow(), new IstioProxy { Namespace = "app" }, port: 80)!;
        var request = new RouteRequest { Authority = "httpbin", Path = "/get", Headers = new RouteHeader[] { new("user", "boss") } };
        RouteDecision decision = table.Evaluate(request);
        string printed = $"{decision.Reason}: {decision.Route?.VirtualService} {decision.Route?.RuleName} -> {decision.PickDestination(random: 0)?.Cluster}\n{RouteExplain.Explain(table, request)}";
        Assert.Contains(printed, Blocks.Select(static b => b.Trim()));
    }
}
