namespace Clovisor.Istio.Serialization;

/// <summary>Reads Istio and Kubernetes documents from YAML or JSON text.</summary>
/// <remarks>
/// Read are VirtualService, Gateway, ServiceEntry, Sidecar and DestinationRule of <c>networking.istio.io</c>; Service, Pod and
/// Namespace; and the ConfigMap <c>istio</c>, whose key <c>mesh</c> is the mesh config. Documents of other kinds are listed as
/// ignored; those of <c>wan.clovisor.io</c> are passed over. A field that Istio does not know is an error here, although a cluster would drop it silently.
/// All methods may be called from any thread.
/// </remarks>
public static class IstioYaml
{
    /// <summary>Reads the documents of one text.</summary>
    /// <param name="text">YAML documents separated by <c>---</c>, or one JSON document.</param>
    /// <returns>The configuration, or every error of every document.</returns>
    public static IstioReadResult Read(string text) => Read([new NamedText("(text)", text)], null);

    /// <summary>Reads the documents of several texts as one configuration.</summary>
    /// <param name="texts">The texts, each with the name that errors and objects give as their source.</param>
    /// <param name="meshConfig">Istio's mesh config as YAML or JSON, or null. It wins over the ConfigMap.</param>
    /// <returns>The configuration, or every error of every document of every text.</returns>
    public static IstioReadResult Read(IEnumerable<NamedText> texts, string? meshConfig)
    {
        var reader = new DocumentReader();
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (NamedText text in texts)
        {
            order.TryAdd(text.Name, order.Count);
            reader.Read(text.Text, text.Name);
        }

        if (meshConfig is not null)
        {
            reader.ReadMesh(meshConfig, "(mesh config)");
        }

        return reader.Errors.Count > 0
            ? new IstioReadResult(null, [.. reader.Errors.OrderBy(error => order.GetValueOrDefault(error.Source.File, order.Count)).ThenBy(error => error.Source.Line)])
            : new IstioReadResult(reader.Build(), []);
    }
}
