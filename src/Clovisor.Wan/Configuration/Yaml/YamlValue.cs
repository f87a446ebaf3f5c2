namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>A node of a document, with the line it stands on.</summary>
internal abstract record YamlValue(int Line);

/// <summary>A text, number or word as written; plain when it was written without quotes.</summary>
internal sealed record YamlScalar(int Line, string Text, bool Plain) : YamlValue(Line)
{
    /// <summary>Whether it says nothing: <c>key:</c>, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Plain && Text is "" or "~" or "null";
}

/// <summary>A list.</summary>
internal sealed record YamlList(int Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line);

/// <summary>Fields in the order they were written; a name may be there twice.</summary>
internal sealed record YamlMapping(int Line, IReadOnlyList<(YamlScalar Key, YamlValue Value)> Fields) : YamlValue(Line)
{
    public YamlValue? this[string name] => Fields.FirstOrDefault(field => field.Key.Text == name).Value;

    /// <summary>The line of a field such as <c>spec.probes[0].interval</c>, or of the deepest part of it that exists.</summary>
    public int LineOf(string path)
    {
        YamlValue here = this;
        int line = Line;
        foreach (string step in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step[0] == '[' && here is YamlList list && int.TryParse(step[1..^1], out int index) && index < list.Items.Count)
            {
                here = list.Items[index];
                line = here.Line;
            }
            else if (here is YamlMapping mapping && mapping.Fields.FirstOrDefault(field => field.Key.Text == step) is { Value: { } value, Key: var key })
            {
                here = value;
                line = key.Line;
            }
            else if (step[0] != '[')
            {
                break;
            }
        }

        return line;
    }
}
