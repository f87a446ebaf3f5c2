using System.Text;

namespace Clovisor.Bpf.Generators.Emission;

/// <summary>Lines of code, indented by their braces.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    internal CodeWriter Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }

        _text.Append('\n');
        return this;
    }

    /// <summary>A doc comment. Angle brackets and ampersands of C declarations are escaped by <see cref="Escape"/>.</summary>
    internal CodeWriter Summary(string text) => Line($"/// <summary>{text}</summary>");

    internal CodeWriter Open(string head)
    {
        Line(head).Line("{");
        _depth++;
        return this;
    }

    internal CodeWriter Close(string end = "}")
    {
        _depth--;
        return Line(end);
    }

    /// <summary>Text as XML holds it, on one line.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            escaped.Append(letter switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                < ' ' or (char)0x7F or (char)0x85 or (char)0x2028 or (char)0x2029 or > (char)0xD7FF => " ",
                _ => letter.ToString(),
            });
        }

        return escaped.ToString();
    }

    public override string ToString() => _text.ToString();
}
