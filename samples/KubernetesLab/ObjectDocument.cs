using System.Text;
using YamlDotNet.RepresentationModel;

namespace Clovisor.KubernetesLab;

/// <summary>A document of YAML with what says where its object belongs.</summary>
/// <param name="ApiVersion">Group and version, such as <c>v1</c> or <c>networking.istio.io/v1</c>.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace, or <c>default</c>.</param>
/// <param name="Name">The name.</param>
/// <param name="Text">The document.</param>
internal sealed record ObjectDocument(string ApiVersion, string Kind, string Namespace, string Name, string Text)
{
    public static IEnumerable<ObjectDocument> Read(string documents)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(documents));
        foreach (YamlDocument document in stream.Documents)
        {
            if (document.RootNode is YamlMappingNode { Children.Count: > 0 } root)
            {
                YamlMappingNode metadata = root.Children["metadata"] as YamlMappingNode ?? throw new InvalidOperationException("a document without metadata is no object");
                yield return new ObjectDocument(Word(root, "apiVersion"), Word(root, "kind"), metadata.Children.ContainsKey("namespace") ? Word(metadata, "namespace") : "default", Word(metadata, "name"), Write(document));
            }
        }
    }

    private static string Word(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? value) && value is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw new InvalidOperationException($"a document without {key} is no object");

    private static string Write(YamlDocument document)
    {
        var text = new StringBuilder();
        using var writer = new StringWriter(text);
        new YamlStream(document).Save(writer, assignAnchors: false);

        // It ends with the mark of the end of a document, which a server takes for the beginning of another.
        return text.ToString().Replace("\n...\n", "\n", StringComparison.Ordinal);
    }
}
