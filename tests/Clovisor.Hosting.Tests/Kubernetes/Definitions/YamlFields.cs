using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>Fields in order, written as YAML.</summary>
internal sealed partial class YamlFields : IEnumerable<(string Name, object Value)>
{
    private readonly List<(string Name, object Value)> _fields = [];

    public object? this[string name] => _fields.FirstOrDefault(field => field.Name == name).Value;

    public void Add((string Name, object Value) field) => _fields.Add(field);

    public void Add(string name, object value) => _fields.Add((name, value));

    public void Insert(int at, params (string Name, object Value)[] fields) => _fields.InsertRange(at, fields);

    public string ToText()
    {
        StringBuilder text = new();
        Write(text, this, "");
        return text.ToString();
    }

    public IEnumerator<(string Name, object Value)> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void Write(StringBuilder text, YamlFields fields, string indent)
    {
        foreach ((string name, object value) in fields._fields)
        {
            text.Append(indent).Append(name).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, object value, string indent)
    {
        switch (value)
        {
            case YamlFields { _fields.Count: 0 }:
                text.Append(" {}\n");
                break;
            case YamlFields fields:
                text.Append('\n');
                Write(text, fields, indent + "  ");
                break;
            case List<object> items:
                text.Append('\n');
                foreach (object item in items)
                {
                    WriteItem(text, item, indent);
                }

                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static void WriteItem(StringBuilder text, object item, string indent)
    {
        if (item is not YamlFields fields)
        {
            text.Append(indent).Append("- ").Append(Scalar(item)).Append('\n');
            return;
        }

        StringBuilder nested = new();
        Write(nested, fields, indent + "  ");
        nested[indent.Length] = '-';
        text.Append(nested);
    }

    private static string Scalar(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string word when PlainWord().IsMatch(word) && word.ToUpperInvariant() is not ("YES" or "NO" or "TRUE" or "FALSE" or "NULL" or "ON" or "OFF" or "Y" or "N") => word,
        string other => $"'{other.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9./\-]*$")]
    private static partial Regex PlainWord();
}
