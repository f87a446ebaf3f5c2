using System.Text.Json;

namespace Clovisor.Istio.Oracle.Report;

/// <summary>Writes a report for programs: families, exceptions and every difference.</summary>
internal static class ReportJson
{
    public static void Write(OracleReport report, string file)
    {
        using FileStream stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteBoolean("agrees", report.Agrees);
        json.WriteStartArray("families");
        foreach (FamilyResult family in report.Families.Append(ReportText.Total(report.Families)))
        {
            json.WriteStartObject();
            json.WriteString("family", family.Family);
            json.WriteNumber("cases", family.Cases);
            json.WriteNumber("requests", family.Requests);
            json.WriteNumber("agree", family.Agreeing);
            json.WriteNumber("differ", family.Differing);
            json.WriteNumber("excepted", family.Excepted);
            json.WriteNumber("casesDiffering", family.DifferingCases);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("excepted");
        foreach ((string name, string reason) in report.Excepted)
        {
            json.WriteString(name, reason);
        }

        json.WriteEndObject();
        json.WriteStartArray("differences");
        foreach (OracleDifference difference in report.Differences)
        {
            json.WriteStartObject();
            json.WriteString("case", difference.Case);
            json.WriteNumber("request", difference.Request);
            json.WriteString("asked", difference.Asked);
            json.WriteString("what", difference.What);
            json.WriteString("oracle", difference.Expected);
            json.WriteString("here", difference.Actual);
            json.WriteString("rule", difference.Rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
