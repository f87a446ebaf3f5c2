using System.Globalization;
using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Writes a parsed expression for .NET. Every construct is written out in terms whose meaning both share: classes as byte ranges, groups with explicit numbers, anchors without
/// regard to options.
/// </summary>
internal static class DotNetPattern
{
    public static string Of(Re2Node node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Re2Node node)
    {
        switch (node)
        {
            case Re2Byte one:
                text.Append(one.Set.ToPattern());
                break;
            case Re2Assertion assertion:
                text.Append(Anchor(assertion.Place));
                break;
            case Re2Sequence sequence:
                foreach (Re2Node item in sequence.Items)
                {
                    Write(text, item);
                }

                break;
            case Re2Choice choice:
                text.Append("(?:");
                for (int i = 0; i < choice.Items.Count; i++)
                {
                    Write(i == 0 ? text : text.Append('|'), choice.Items[i]);
                }

                text.Append(')');
                break;
            case Re2Repeat repeat:
                Write(text.Append("(?:"), repeat.Item);
                text.Append(')').Append(Range(repeat)).Append(repeat.Lazy ? "?" : "");
                break;
            case Re2Group group:
                Write(text.Append(CultureInfo.InvariantCulture, $"(?<{group.Number}>"), group.Item);
                text.Append(')');
                break;
        }
    }

    private static string Anchor(Re2Place place) => place switch
    {
        Re2Place.TextStart => "\\A",
        Re2Place.TextEnd => "\\z",
        Re2Place.LineStart => "(?m:^)",
        Re2Place.LineEnd => "(?m:$)",
        Re2Place.WordBoundary => "\\b",
        _ => "\\B",
    };

    private static string Range(Re2Repeat repeat) => (repeat.Minimum, repeat.Maximum) switch
    {
        (0, -1) => "*",
        (1, -1) => "+",
        (0, 1) => "?",
        (_, -1) => string.Create(CultureInfo.InvariantCulture, $"{{{repeat.Minimum},}}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{{{repeat.Minimum},{repeat.Maximum}}}"),
    };
}
