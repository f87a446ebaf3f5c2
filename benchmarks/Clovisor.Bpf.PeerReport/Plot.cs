using System.Globalization;
using System.Net;
using System.Text;

namespace Clovisor.Bpf.PeerReport;

/// <summary>The results as an SVG: a row a workload, a dot a peer, where it stands as a multiple of the baseline.</summary>
internal sealed class Plot(Results results, string caption)
{
    private const int Left = 210;
    private const int Right = 120;
    private const int Width = 900;
    private const int Top = 96;
    private const int RowHeight = 24;
    private const double Smallest = 0.5;
    private const double Largest = 16;

    // Told apart with colour blindness too (Okabe and Ito).
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8a8a8a"];
    private static readonly double[] Ticks = [0.5, 1, 2, 4, 8, 16];

    private readonly StringBuilder _svg = new();

    internal string Draw()
    {
        int bottom = Top + (results.Operations.Count * RowHeight);
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {bottom + 56}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"{Width}\" height=\"{bottom + 56}\" fill=\"#ffffff\"/>");
        Add($"<text x=\"16\" y=\"26\" font-size=\"17\" font-weight=\"600\">Time of an operation as a multiple of {Text(results.Peers[0])}</text>");
        Add($"<text x=\"16\" y=\"46\" fill=\"#555\">{Text(caption)}</text>");
        Legend();
        foreach (double tick in Ticks)
        {
            double x = X(tick);
            string look = tick == 1 ? "stroke=\"#222\" stroke-width=\"1.5\"" : "stroke=\"#ddd\"";
            Add($"<line x1=\"{x:F1}\" y1=\"{Top - 6}\" x2=\"{x:F1}\" y2=\"{bottom}\" {look}/>");
            Add($"<text x=\"{x:F1}\" y=\"{bottom + 18}\" text-anchor=\"middle\" fill=\"#555\">{tick:0.#}</text>");
        }

        Add($"<text x=\"{X(4):F1}\" y=\"{bottom + 40}\" text-anchor=\"middle\" fill=\"#555\">less is faster; logarithmic; grey: the promise</text>");
        for (int row = 0; row < results.Operations.Count; row++)
        {
            Row(results.Operations[row], Top + (row * RowHeight) + (RowHeight / 2));
        }

        return _svg.Append("</svg>\n").ToString();
    }

    private void Legend()
    {
        double x = 16;
        for (int i = 1; i < results.Peers.Count; i++)
        {
            Add($"<circle cx=\"{x + 6:F1}\" cy=\"66\" r=\"5\" fill=\"{Colour(i)}\"/><text x=\"{x + 16:F1}\" y=\"70\">{Text(results.Peers[i])}</text>");
            x += 36 + (7.2 * results.Peers[i].Length);
        }
    }

    private void Row(string operation, int y)
    {
        Add($"<text x=\"{Left - 12}\" y=\"{y + 4}\" text-anchor=\"end\">{Text(operation)}</text>");
        if (Limits.Of(operation) is { } limit)
        {
            Add($"<rect x=\"{X(1):F1}\" y=\"{y - 8}\" width=\"{X(limit) - X(1):F1}\" height=\"16\" fill=\"#e4e4e4\"/>");
        }

        if (results.Find(operation, results.Peers[0]) is { Skipped: null } baseline)
        {
            Add($"<text x=\"{Width - 12}\" y=\"{y + 4}\" text-anchor=\"end\" fill=\"#555\">{Text(Table.Time(baseline.P50))}</text>");
        }

        for (int i = results.Peers.Count - 1; i >= 1; i--)
        {
            if (results.Find(operation, results.Peers[i]) is { Skipped: null } result && !double.IsNaN(result.Ratio))
            {
                Add($"<circle cx=\"{X(result.Ratio):F1}\" cy=\"{y}\" r=\"5\" fill=\"{Colour(i)}\" fill-opacity=\"0.85\"><title>{Text(results.Peers[i])}: {result.Ratio:0.00}</title></circle>");
            }
        }
    }

    private static string Colour(int peer) => Colours[(peer - 1) % Colours.Length];

    private static double X(double ratio) =>
        Left + ((Width - Left - Right) * Math.Log(Math.Clamp(ratio, Smallest, Largest) / Smallest) / Math.Log(Largest / Smallest));

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private void Add(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
