using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Analysis;

/// <summary>Collects messages.</summary>
internal sealed class MessageList
{
    public List<AnalysisMessage> Messages { get; } = [];

    public void Add(string code, AnalysisLevel level, Resource resource, int line, string field, string message) =>
        Messages.Add(new AnalysisMessage(code, level, line > 0 ? resource.Source with { Line = line } : resource.Source, $"{resource.Kind} {resource.Namespace}/{resource.Name}", field, message));
}
