namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads which nodes a WanLink belongs to.</summary>
internal static class NodeSelectorReader
{
    private const string Hint = "write nodeSelector: { LABEL: VALUE }";

    /// <summary>Says whether a node has all labels that the selector names. A spec without one selects every node, as in Kubernetes.</summary>
    public static bool Selects(FieldReader spec, IReadOnlyDictionary<string, string> labels)
    {
        if (spec.Nested("nodeSelector", Hint) is not { } selector)
        {
            return true;
        }

        bool selected = true;
        foreach ((YamlScalar key, YamlValue value) in selector.AllFields())
        {
            selected &= selector.TryScalar(value, selector.PathOf(key.Text), Same, Hint, out string wanted)
                && labels.TryGetValue(key.Text, out string? has) && has == wanted;
        }

        return selected;
    }

    private static bool Same(string text, out string value)
    {
        value = text;
        return true;
    }
}
