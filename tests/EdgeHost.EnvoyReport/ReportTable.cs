namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>Promise, measured, kept or not.</summary>
internal sealed class ReportTable(TextWriter output)
{
    private readonly List<(string Promise, string Measured, bool? Kept)> _lines = [];

    public bool AllKept => _lines.TrueForAll(line => line.Kept != false);

    /// <summary>Adds a line and prints it.</summary>
    /// <param name="promise">What is promised.</param>
    /// <param name="measured">What was measured.</param>
    /// <param name="kept">Null for a line that only informs.</param>
    public void Add(string promise, string measured, bool? kept)
    {
        if (_lines.Count == 0)
        {
            output.WriteLine("| promise | measured | ok |\n|---|---|---|");
        }

        _lines.Add((promise, measured, kept));
        output.WriteLine($"| {promise} | {measured} | {kept switch { true => "yes", false => "NO", null => "-" }} |");
    }
}
