using Clovisor.Istio.Resources;
using Clovisor.Istio.Validation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Clovisor.Istio.Serialization;

/// <summary>Builds trees from parser events. JSON is YAML, so the same code reads it.</summary>
internal sealed class YamlTree
{
    // A document of a mesh has thousands of nodes; aliases can turn a few lines into billions.
    private const int MaximumNodes = 2_000_000;
    private const int MaximumDepth = 100;

    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly string _file;
    private readonly List<ConfigurationError> _errors;

    private YamlTree(string file, List<ConfigurationError> errors)
    {
        _file = file;
        _errors = errors;
    }

    /// <summary>Reads all documents. After a syntax error the documents before it are still returned: their own errors are worth listing.</summary>
    public static List<YamlNode> Read(string text, string file, List<ConfigurationError> errors)
    {
        var documents = new List<YamlNode>();
        var tree = new YamlTree(file, errors);
        try
        {
            // A byte order mark is no part of the text.
            var parser = new Parser(new StringReader(text.StartsWith('\uFEFF') ? text[1..] : text));
            parser.Consume<StreamStart>();
            while (!parser.Accept<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                tree._anchors.Clear();
                documents.Add(tree.Node(parser, 0));
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException e)
        {
            string reason = e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}";
            errors.Add(new ConfigurationError(new SourceLocation(file, LineOf(e, text)), "", "", $"this is not YAML: {reason}"));
        }

        return documents;
    }

    // The parser tells where the mapping with a tab begins, which may be far from the tab.
    private static int LineOf(YamlException error, string text)
    {
        int line = (int)error.Start.Line;
        if (!error.Message.Contains("invalid tab", StringComparison.Ordinal))
        {
            return line;
        }

        string[] lines = text.Split('\n');
        int tab = Array.FindIndex(lines, Math.Clamp(line - 1, 0, lines.Length - 1), static l => l.TrimStart(' ').StartsWith('\t'));
        return tab < 0 ? line : tab + 1;
    }

    private YamlNode Node(Parser parser, int depth)
    {
        ParsingEvent start = parser.Current!;
        int line = (int)start.Start.Line;
        if (depth > MaximumDepth)
        {
            throw new YamlException(start.Start, start.End, $"Nested deeper than {MaximumDepth} levels.");
        }

        YamlNode node = start switch
        {
            AnchorAlias alias => Alias(parser, alias),
            Scalar => ScalarNode(parser.Consume<Scalar>(), line),
            SequenceStart => Sequence(parser, line, depth),
            _ => Mapping(parser, line, depth),
        };
        if (node.Weight > MaximumNodes)
        {
            throw new YamlException(start.Start, start.End, $"Larger than {MaximumNodes} nodes once aliases are followed.");
        }

        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor.Value] = node;
        }

        return node;
    }

    private YamlNode Alias(Parser parser, AnchorAlias alias)
    {
        parser.MoveNext();
        return _anchors.TryGetValue(alias.Value.Value, out YamlNode? node)
            ? node
            : throw new YamlException(alias.Start, alias.End, $"The alias *{alias.Value.Value} stands before its anchor, or inside it.");
    }

    private static YamlNode ScalarNode(Scalar scalar, int line) =>
        new(YamlKind.Scalar, line) { Text = scalar.Value, Plain = scalar.Style == ScalarStyle.Plain && !scalar.IsQuotedImplicit };

    private YamlNode Sequence(Parser parser, int line, int depth)
    {
        parser.Consume<SequenceStart>();
        var node = new YamlNode(YamlKind.Sequence, line);
        while (!parser.Accept<SequenceEnd>(out _))
        {
            YamlNode item = Node(parser, depth + 1);
            node.Items.Add(item);
            node.Weight += item.Weight;
        }

        parser.Consume<SequenceEnd>();
        return node;
    }

    private YamlNode Mapping(Parser parser, int line, int depth)
    {
        parser.Consume<MappingStart>();
        var node = new YamlNode(YamlKind.Mapping, line);
        while (!parser.Accept<MappingEnd>(out _))
        {
            YamlNode key = Node(parser, depth + 1);
            YamlNode value = Node(parser, depth + 1);
            node.Weight += value.Weight;
            if (key.Kind != YamlKind.Scalar)
            {
                _errors.Add(new ConfigurationError(new SourceLocation(_file, key.Line), "", "", $"a field's name must be text, not {key.Describe()}"));
            }
            else if (node.Find(YamlScalars.Key(key)) is { } first)
            {
                _errors.Add(new ConfigurationError(
                    new SourceLocation(_file, key.Line), "", "", $"the field \"{key.Text}\" is given twice in one object, first on line {first.Line}; only one can count"));
            }
            else
            {
                node.Fields.Add(new YamlField(YamlScalars.Key(key), value, key.Line));
            }
        }

        parser.Consume<MappingEnd>();
        return node;
    }
}
