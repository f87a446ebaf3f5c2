namespace Clovisor.Wan.Configuration;

/// <summary>Finds what somebody who mistyped a name may have meant.</summary>
internal static class Suggestion
{
    /// <summary>Text to follow "there is no 'x'": the closest known name if one is close, all of them if there are few.</summary>
    public static string For(string name, IReadOnlyCollection<string> known, string whenNoneKnown = "")
    {
        string? closest = known.Where(candidate => Distance(name, candidate) <= Math.Max(1, Math.Min(3, name.Length / 3)))
            .MinBy(candidate => Distance(name, candidate));
        return (closest, known.Count) switch
        {
            ({ } candidate, _) => $"; did you mean '{candidate}'?",
            (_, 0) => whenNoneKnown,
            (_, <= 16) => $"; known: {string.Join(", ", known)}",
            _ => "",
        };
    }

    /// <summary>Counts the insertions, deletions, replacements and swaps of neighbours between two names, letter case aside.</summary>
    private static int Distance(string left, string right)
    {
        int width = right.Length + 1;
        int[] distance = new int[(left.Length + 1) * width];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[(i * width) + j] = i + j;
                    continue;
                }

                int replacement = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(distance[((i - 1) * width) + j], distance[(i * width) + j - 1]) + 1, distance[((i - 1) * width) + j - 1] + replacement);
                bool swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
                distance[(i * width) + j] = swapped ? Math.Min(best, distance[((i - 2) * width) + j - 2] + 1) : best;
            }
        }

        return distance[^1];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
