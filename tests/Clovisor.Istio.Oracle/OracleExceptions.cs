namespace Clovisor.Istio.Oracle;

/// <summary>The cases that may differ, each with the reason: lines <c>name: reason</c>; <c>#</c> starts a comment.</summary>
public static class OracleExceptions
{
    /// <summary>The name of the file beside the cases.</summary>
    public const string FileName = "exceptions.txt";

    /// <summary>Reads the exceptions of a folder; none where it has no such file.</summary>
    /// <param name="folder">The folder with the cases.</param>
    /// <returns>Reasons by name of case.</returns>
    /// <exception cref="InvalidDataException">A line has no reason.</exception>
    public static IReadOnlyDictionary<string, string> Read(string folder)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            return reasons;
        }

        foreach (string line in File.ReadLines(file).Select(static l => l.Trim()).Where(static l => l.Length > 0 && l[0] != '#'))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new InvalidDataException($"{file}: \"{line}\" needs the form \"name: reason\".");
            }

            reasons.Add(line[..colon], line[(colon + 2)..].Trim());
        }

        return reasons;
    }
}
