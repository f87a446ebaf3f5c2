using System.Globalization;
using System.Net;
using System.Text;

namespace Clovisor.Wan.DatapathBench;

/// <summary>The paths of a packet as an SVG: a bar each from plain forwarding on, with the middle half of the rounds.</summary>
internal sealed class Plot(Results results, string caption)
{
    private const string Plain = "plain";
    private const int Left = 150;
    private const int Right = 90;
    private const int Width = 900;
    private const int Top = 72;
    private const int RowHeight = 30;

    private readonly StringBuilder _svg = new();

    internal string Draw()
    {
        (string Name, Middle Cost)[] rows = [.. results.Scenarios.Where(name => name != Plain).Select(name => (name, results.Difference(name, Plain, Results.Fast)))];
        double least = Math.Min(0, rows.Min(row => row.Cost.Low));
        double most = Math.Max(1, rows.Max(row => row.Cost.High));
        double scale = (Width - Left - Right) / (most - least);
        double zero = Left - (least * scale);
        int bottom = Top + (rows.Length * RowHeight);
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {bottom + 40}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"{Width}\" height=\"{bottom + 40}\" fill=\"#ffffff\"/>");
        Add($"<text x=\"16\" y=\"26\" font-size=\"17\" font-weight=\"600\">Cost of a packet against plain forwarding ({results.Of(Plain, Results.Fast).Median:0} ns)</text>");
        Add($"<text x=\"16\" y=\"46\" fill=\"#555\">{WebUtility.HtmlEncode(caption)}</text>");
        for (int i = 0; i < rows.Length; i++)
        {
            ((string name, Middle cost), double y) = (rows[i], Top + (i * RowHeight) + (RowHeight / 2));
            double end = zero + (cost.Median * scale);
            string colour = name.StartsWith("rules", StringComparison.Ordinal) ? "#D55E00" : "#0072B2";
            Add($"<text x=\"{Left - 12}\" y=\"{y + 4}\" text-anchor=\"end\">{WebUtility.HtmlEncode(name)}</text>");
            Add($"<rect x=\"{Math.Min(zero, end):F1}\" y=\"{y - 9}\" width=\"{Math.Abs(end - zero):F1}\" height=\"18\" fill=\"{colour}\"/>");
            Add($"<line x1=\"{zero + (cost.Low * scale):F1}\" y1=\"{y}\" x2=\"{zero + (cost.High * scale):F1}\" y2=\"{y}\" stroke=\"#222\" stroke-width=\"2\"/>");
            Add($"<text x=\"{Width - 12}\" y=\"{y + 4}\" text-anchor=\"end\">{cost.Median:+0;-0;0} ns</text>");
        }

        Add($"<line x1=\"{zero:F1}\" y1=\"{Top - 6}\" x2=\"{zero:F1}\" y2=\"{bottom}\" stroke=\"#222\"/>");
        Add($"<text x=\"16\" y=\"{bottom + 26}\" fill=\"#555\">Bars: median over rounds of the difference to plain; lines: the middle half of the rounds. Left of the line is faster than plain.</text>");
        return _svg.Append("</svg>\n").ToString();
    }

    private void Add(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
