namespace Clovisor.Istio.Serialization;

internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A document as a tree that remembers its lines.</summary>
internal sealed class YamlNode(YamlKind kind, int line)
{
    public YamlKind Kind { get; } = kind;

    /// <summary>Gets the line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Gets or sets a scalar's text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gets or sets a value indicating whether a scalar was written without quotes, so that its form decides its type.</summary>
    public bool Plain { get; init; }

    public List<YamlNode> Items { get; } = [];

    public List<YamlField> Fields { get; } = [];

    /// <summary>Gets or sets the number of nodes below, aliases counted each time: bounds what an alias can blow up to.</summary>
    public int Weight { get; set; } = 1;

    public bool IsNull => Kind == YamlKind.Scalar && YamlScalars.IsNull(this);

    public YamlNode? Find(string name)
    {
        foreach (YamlField field in Fields)
        {
            if (field.Name == name)
            {
                return field.Value;
            }
        }

        return null;
    }

    public string Describe() => Kind switch
    {
        YamlKind.Sequence => "a list",
        YamlKind.Mapping => "an object",
        _ when IsNull => "nothing",
        _ when YamlScalars.IsBoolean(this) => $"the boolean {Text}",
        _ when YamlScalars.IsNumber(this) => $"the number {Text}",
        _ => $"the text \"{Text}\"",
    };
}

internal readonly record struct YamlField(string Name, YamlNode Value, int Line);
