using Spectre.Console;
using Spectre.Console.Rendering;

namespace Clovisor.EdgeHost.Views;

/// <summary>A table that is drawn in a terminal and aligned in a pipe, where nothing is cut.</summary>
/// <param name="title">Above it; empty for none.</param>
/// <param name="columns">Their headings; one that begins with <c>&gt;</c> has its values at the right.</param>
internal sealed class TextTable(string title, params string[] columns)
{
    private readonly List<Cell[]> _rows = [];

    /// <summary>Said in place of rows when there are none.</summary>
    public string Empty { get; init; } = "none";

    public int Rows => _rows.Count;

    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>As a terminal shows it.</summary>
    public IRenderable Draw()
    {
        if (_rows.Count == 0)
        {
            return new Text($"{(title.Length > 0 ? $"{title}: " : "")}{Empty}", StyleOf(Tone.Quiet));
        }

        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (string column in columns)
        {
            TableColumn drawn = new(new Text(HeadingOf(column), new Style(decoration: Decoration.Bold)));
            table.AddColumn(IsRight(column) ? drawn.RightAligned() : drawn);
        }

        foreach (Cell[] row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell.Text, StyleOf(cell.Tone))));
        }

        return title.Length > 0 ? new Rows(new Text(title, StyleOf(Tone.Strong)), table) : table;
    }

    /// <summary>As a pipe gets it: headings in capitals, columns two blanks apart.</summary>
    public string Lines()
    {
        if (_rows.Count == 0)
        {
            return $"{(title.Length > 0 ? $"{title}: " : "")}{Empty}\n";
        }

        string[][] all = [[.. columns.Select(column => HeadingOf(column).ToUpperInvariant())], .. _rows.Select(row => row.Select(cell => cell.Text).ToArray())];
        int[] widths = [.. columns.Select((_, i) => all.Max(row => row[i].Length))];
        return (title.Length > 0 ? $"{title}:\n" : "") + string.Concat(all.Select(row =>
            string.Join("  ", row.Select((text, i) => IsRight(columns[i]) ? text.PadLeft(widths[i]) : text.PadRight(widths[i]))).TrimEnd() + "\n"));
    }

    private static bool IsRight(string column) => column.StartsWith('>');

    private static string HeadingOf(string column) => column.TrimStart('>');

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        Tone.Quiet => new Style(Color.Grey),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}
