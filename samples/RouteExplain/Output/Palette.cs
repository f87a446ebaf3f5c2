namespace Clovisor.ExplainTool.Output;

/// <summary>Colours of a terminal, or none.</summary>
internal sealed class Palette(bool colours)
{
    public string Good(string text) => Paint(text, "32");

    public string Bad(string text) => Paint(text, "31");

    public string Strong(string text) => Paint(text, "1");

    public string Faint(string text) => Paint(text, "2");

    private string Paint(string text, string code) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
