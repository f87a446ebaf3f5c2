using System.Globalization;
using System.Text;
using Clovisor.Istio.Analysis;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Oracle.Analyzers;

/// <summary>Compares what the analysis says of Istio's own examples with what <c>istioctl analyze</c> says: which code for which object.</summary>
internal static class AnalyzerReport
{
    /// <summary>Compares every example that is listed.</summary>
    /// <param name="folder">The folder of the examples.</param>
    /// <param name="text">The count and every difference, to be read by a person.</param>
    /// <returns>Whether all agree. An example that is not valid is no difference: istioctl reads files that a cluster would refuse.</returns>
    public static bool Run(string folder, out string text)
    {
        var report = new StringBuilder();
        int examples = 0, agreeing = 0, refused = 0;
        foreach (string[] line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Analyzers", "expected.txt")).Where(static l => !l.StartsWith('#')).Select(static l => l.Split('|', StringSplitOptions.TrimEntries)))
        {
            examples++;
            IstioReadResult read = IstioYaml.Read([new NamedText(line[0], File.ReadAllText(Path.Combine(folder, line[0])))], null);
            if (read.Configuration is null)
            {
                refused++;
                report.AppendLine(CultureInfo.InvariantCulture, $"  not valid: {read.Errors[0]}{(read.Errors.Length > 1 ? $" (and {read.Errors.Length - 1} more)" : "")}");
                continue;
            }

            string[] codes = line[1].Split(' ');
            string[] expected = line[2].Split(", ", StringSplitOptions.RemoveEmptyEntries);
            string[] found = [.. ConfigurationAnalysis.Run(read.Configuration).Where(m => codes.Contains(m.Code)).Select(static m => $"{m.Code} {m.Subject}").Distinct()];
            if (expected.ToHashSet().SetEquals(found))
            {
                agreeing++;
                continue;
            }

            report.AppendLine(CultureInfo.InvariantCulture, $"  differs: {line[0]}: missing [{string.Join(", ", expected.Except(found))}], not expected [{string.Join(", ", found.Except(expected))}]");
        }

        text = $"analyzers: {agreeing} of {examples - refused} valid examples agree in codes and objects; {refused} are not valid and are refused with the reason\n{report}";
        return agreeing == examples - refused;
    }
}
