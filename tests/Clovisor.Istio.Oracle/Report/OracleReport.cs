using System.Collections.Concurrent;

namespace Clovisor.Istio.Oracle.Report;

/// <summary>Runs all cases of some folders and counts.</summary>
internal sealed record OracleReport(IReadOnlyList<FamilyResult> Families, IReadOnlyList<OracleDifference> Differences, IReadOnlyDictionary<string, string> Excepted)
{
    /// <summary>Gets a value indicating whether nothing differs but what is excepted.</summary>
    public bool Agrees => Differences.Count == 0;

    /// <summary>Compares the cases of folders or files.</summary>
    /// <param name="paths">The folders or files.</param>
    public static OracleReport Run(IEnumerable<string> paths)
    {
        var families = new List<FamilyResult>();
        var differences = new List<OracleDifference>();
        var used = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            IReadOnlyDictionary<string, string> exceptions = OracleExceptions.Read(File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path);
            foreach (string file in OracleFiles.Find(path))
            {
                Add(file, exceptions, families, differences, used);
            }
        }

        return new OracleReport(families, differences, used);
    }

    private static void Add(string file, IReadOnlyDictionary<string, string> exceptions, List<FamilyResult> families, List<OracleDifference> differences, SortedDictionary<string, string> used)
    {
        var outcomes = new ConcurrentBag<(long Index, OracleCase Case, IReadOnlyList<OracleDifference> Found)>();
        Parallel.ForEach(OracleFiles.Read(file), (question, _, index) => outcomes.Add((index, question, Compare(question))));
        string family = "";
        int cases = 0, requests = 0, differing = 0, excepted = 0, differingCases = 0;
        foreach ((_, OracleCase question, IReadOnlyList<OracleDifference> found) in outcomes.OrderBy(static o => o.Index))
        {
            family = question.Family;
            cases++;
            int asked = question.IsRefused ? 0 : question.Requests.Count();
            requests += asked;
            if (found.Count == 0)
            {
                continue;
            }

            int wrong = found.Any(static d => d.Request < 0) ? asked : found.Select(static d => d.Request).Distinct().Count();
            if (exceptions.TryGetValue(question.Name, out string? reason))
            {
                excepted += wrong;
                used[question.Name] = reason;
            }
            else
            {
                differing += wrong;
                differingCases++;
                differences.AddRange(found);
            }
        }

        families.Add(new FamilyResult(family, cases, requests, requests - differing - excepted, differing, excepted, differingCases));
    }

    private static IReadOnlyList<OracleDifference> Compare(OracleCase question)
    {
        try
        {
            return OracleComparison.Differences(question);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A case that brings the library down is a difference like any other; the rest is still compared.
            return [new OracleDifference(question.Name, -1, "the whole case", "crash", "an answer", error.ToString(), "")];
        }
    }
}
