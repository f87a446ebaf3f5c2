using System.Collections.Immutable;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Analysis;

/// <summary>
/// Looks for what a configuration as a whole gets wrong although each object is valid: names that nothing has, rules that nothing reaches,
/// objects that are in each other's way. The codes are those of <c>istioctl analyze</c>, as far as they concern routing.
/// </summary>
/// <remarks>May be called from any thread. Takes time in proportion to the objects, and to pairs of rules within an object.</remarks>
public static class ConfigurationAnalysis
{
    /// <summary>Analyzes a configuration.</summary>
    /// <param name="configuration">The configuration, which was read without errors.</param>
    /// <returns>Everything that was found, by file and line.</returns>
    public static ImmutableArray<AnalysisMessage> Run(IstioConfiguration configuration)
    {
        var messages = new MessageList();
        var services = new ServiceRegistry(configuration);
        DestinationAnalyzer.Analyze(configuration, services, messages);
        GatewayAnalyzer.Analyze(configuration, messages);
        GatewayWorkloadAnalyzer.Analyze(configuration, messages);
        MeshHostAnalyzer.Analyze(configuration, messages);
        foreach (Resources.VirtualService service in configuration.VirtualServices)
        {
            ReachabilityAnalyzer.Analyze(service, messages);
        }

        ServiceAnalyzer.Analyze(configuration, services, messages);
        return [.. messages.Messages.Distinct().OrderBy(static m => m.Source.File, StringComparer.Ordinal).ThenBy(static m => m.Source.Line)];
    }
}
