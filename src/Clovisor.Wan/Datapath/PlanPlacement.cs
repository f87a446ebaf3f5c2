namespace Clovisor.Wan.Datapath;

/// <summary>
/// Where in the maps the links and associations of a plan are. A name keeps its place over reloads and restarts, so that sessions
/// which bear the place's number still mean the same.
/// </summary>
internal sealed class PlanPlacement
{
    private readonly int[] _links;
    private readonly int[] _associations;
    private readonly Dictionary<int, int> _linkPositions;
    private readonly Dictionary<int, int> _associationPositions;

    internal PlanPlacement(int[] links, int[] associations)
    {
        _links = links;
        _associations = associations;
        _linkPositions = Invert(links);
        _associationPositions = Invert(associations);
    }

    internal static PlanPlacement None { get; } = new([], []);

    internal ReadOnlySpan<int> Links => _links;

    internal ReadOnlySpan<int> Associations => _associations;

    /// <exception cref="ArgumentOutOfRangeException">The plan in force has no such link.</exception>
    internal int LinkIndex(int position) => Index(_links, position, "link");

    /// <exception cref="ArgumentOutOfRangeException">The plan in force has no such association.</exception>
    internal int AssociationIndex(int position) => Index(_associations, position, "association");

    internal int? LinkPosition(int index) => _linkPositions.TryGetValue(index, out int position) ? position : null;

    internal int? AssociationPosition(int index) => _associationPositions.TryGetValue(index, out int position) ? position : null;

    /// <summary>Finds places: first the names that have one, then places never used, then places that are free again.</summary>
    /// <param name="what">For the message.</param>
    /// <param name="wanted">Names, each once.</param>
    /// <param name="held">The name of each place, empty where it was never used.</param>
    /// <param name="isFree">Whether a place whose name is not wanted may be given to another.</param>
    /// <exception cref="InvalidOperationException">There are more new names than free places.</exception>
    internal static int[] Place(string what, IReadOnlyList<string> wanted, IReadOnlyList<string> held, Func<int, bool> isFree)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < held.Count; i++)
        {
            if (held[i].Length > 0)
            {
                places.TryAdd(held[i], i);
            }
        }

        var wantedNames = new HashSet<string>(wanted, StringComparer.Ordinal);
        using IEnumerator<int> free = Enumerable.Range(0, held.Count).Where(i => held[i].Length == 0)
            .Concat(Enumerable.Range(0, held.Count).Where(i => held[i].Length > 0 && !wantedNames.Contains(held[i]) && isFree(i)))
            .GetEnumerator();
        int[] result = new int[wanted.Count];
        for (int i = 0; i < wanted.Count; i++)
        {
            if (places.TryGetValue(wanted[i], out int place))
            {
                result[i] = place;
            }
            else if (free.MoveNext())
            {
                result[i] = free.Current;
            }
            else
            {
                throw new InvalidOperationException(
                    $"There is no place for the {what} '{wanted[i]}': all {held.Count} are taken, some by removed ones that sessions still bear. It becomes free when they end.");
            }
        }

        return result;
    }

    private static int Index(int[] indices, int position, string what)
    {
        if ((uint)position >= (uint)indices.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, $"The plan in force has {indices.Length} {what}s.");
        }

        return indices[position];
    }

    private static Dictionary<int, int> Invert(int[] indices)
    {
        var positions = new Dictionary<int, int>();
        for (int i = 0; i < indices.Length; i++)
        {
            positions[indices[i]] = i;
        }

        return positions;
    }
}
