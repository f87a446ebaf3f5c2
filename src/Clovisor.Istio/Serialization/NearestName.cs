namespace Clovisor.Istio.Serialization;

/// <summary>Finds what a misspelt name may have been.</summary>
internal static class NearestName
{
    /// <summary>Gets the known name with the fewest edits, if that is few enough to be a slip.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        string? best = null;
        int limit = Math.Max(1, name.Length / 3);
        foreach (string candidate in known)
        {
            int distance = Distance(name, candidate);
            if (distance <= limit)
            {
                best = candidate;
                limit = distance - 1;
            }
        }

        return best;
    }

    /// <summary>Writes <c> (did you mean "x"?)</c>, or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Of(name, known) is { } nearest ? $"; did you mean \"{nearest}\"?" : "";

    // Edits without regard to case, two letters in the wrong order being one: "ignoreuricase" and "sepc" are slips, not different names.
    private static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1];
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        int[] row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = previous[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                row[j] = Math.Min(Math.Min(row[j - 1], previous[j]) + 1, change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, previous, row) = (previous, row, before);
        }

        return previous[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
