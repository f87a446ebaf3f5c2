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

    // Edits without regard to case: "ignoreuricase" is one slip, not three.
    private static int Distance(string a, string b)
    {
        Span<int> row = b.Length < 128 ? stackalloc int[b.Length + 1] : new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                int next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[b.Length];
    }
}
