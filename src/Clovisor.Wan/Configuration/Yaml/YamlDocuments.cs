using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads a text into documents, from the parser's events alone.</summary>
internal static class YamlDocuments
{
    // Far deeper than any document of ours, far shallower than the stack.
    private const int DeepestNesting = 64;

    /// <summary>Reads documents up to the end, or up to the first place that is not YAML.</summary>
    /// <param name="text">The text.</param>
    /// <param name="failure">What is not YAML, and on which line; null when all of it is.</param>
    public static IReadOnlyList<YamlValue> Read(string text, out (int Line, string Message)? failure)
    {
        var documents = new List<YamlValue>();
        failure = null;
        try
        {
            using var reader = new StringReader(text);
            var parser = new Parser(reader);
            var anchors = new Dictionary<AnchorName, YamlValue>();
            while (parser.MoveNext())
            {
                switch (parser.Current)
                {
                    case DocumentStart:
                        anchors.Clear();
                        break;
                    case NodeEvent or AnchorAlias:
                        documents.Add(ReadValue(parser, anchors, 0));
                        break;
                }
            }
        }
        catch (YamlException exception)
        {
            failure = ((int)exception.Start.Line, exception.Message);
        }

        return documents;
    }

    private static YamlValue ReadValue(Parser parser, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        ParsingEvent current = parser.Current!;
        if (depth > DeepestNesting)
        {
            throw new YamlException(current.Start, current.End, $"nested deeper than {DeepestNesting} levels");
        }

        int line = (int)current.Start.Line;
        YamlValue value = current switch
        {
            AnchorAlias alias => anchors.TryGetValue(alias.Value, out YamlValue? target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"there is no anchor '&{alias.Value}' before this alias"),
            Scalar scalar => new YamlScalar(line, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new YamlList(line, ReadItems(parser, anchors, depth)),
            MappingStart => new YamlMapping(line, ReadFields(parser, anchors, depth)),
            _ => throw new YamlException(current.Start, current.End, "a value was expected"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } named)
        {
            anchors[named.Anchor] = value;
        }

        return value;
    }

    private static List<YamlValue> ReadItems(Parser parser, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var items = new List<YamlValue>();
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            items.Add(ReadValue(parser, anchors, depth + 1));
        }

        return items;
    }

    private static List<(YamlScalar Key, YamlValue Value)> ReadFields(Parser parser, Dictionary<AnchorName, YamlValue> anchors, int depth)
    {
        var fields = new List<(YamlScalar Key, YamlValue Value)>();
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            if (parser.Current is not Scalar key)
            {
                throw new YamlException(parser.Current!.Start, parser.Current.End, "the name of a field must be plain text");
            }

            var name = new YamlScalar((int)key.Start.Line, key.Value, true);
            parser.MoveNext();
            fields.Add((name, ReadValue(parser, anchors, depth + 1)));
        }

        return fields;
    }
}
