using System.Globalization;
using System.Text;

namespace Clovisor.Istio.Oracle.Report;

/// <summary>Writes a report for people: a table by family, the exceptions, the first differences explained.</summary>
internal static class ReportText
{
    private const int Explained = 20;

    public static string Write(OracleReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(Row("family", "cases", "requests", "agree", "differ", "excepted", "cases differing"));
        foreach (FamilyResult family in report.Families)
        {
            text.AppendLine(Row(family.Family, family));
        }

        text.AppendLine(Row("all", Total(report.Families)));
        if (report.Excepted.Count > 0)
        {
            text.AppendLine().AppendLine("Excepted:");
            foreach ((string name, string reason) in report.Excepted)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {name}: {reason}");
            }
        }

        if (!report.Agrees)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{report.Differences.Count} differences; the first {Math.Min(Explained, report.Differences.Count)}:");
            foreach (OracleDifference difference in report.Differences.Take(Explained))
            {
                text.AppendLine().AppendLine(difference.ToString());
            }
        }

        return text.ToString();
    }

    public static FamilyResult Total(IReadOnlyList<FamilyResult> families) => new(
        "all",
        families.Sum(static f => f.Cases),
        families.Sum(static f => f.Requests),
        families.Sum(static f => f.Agreeing),
        families.Sum(static f => f.Differing),
        families.Sum(static f => f.Excepted),
        families.Sum(static f => f.DifferingCases));

    private static string Row(string name, FamilyResult f) => Row(name, Number(f.Cases), Number(f.Requests), Number(f.Agreeing), Number(f.Differing), Number(f.Excepted), Number(f.DifferingCases));

    private static string Row(params string[] cells) => $"{cells[0],-12}{string.Concat(cells.Skip(1).Select(static c => $" {c,9}"))}".TrimEnd();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
