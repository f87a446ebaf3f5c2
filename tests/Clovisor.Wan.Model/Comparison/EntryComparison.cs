using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Kernel;

namespace Clovisor.Wan.Model.Comparison;

/// <summary>Compares entries of a map with what the model has, byte by byte.</summary>
internal static class EntryComparison
{
    /// <summary>The first entry that is not as the model says it was written; null if all are.</summary>
    internal static string? Changed<TKey, TValue>(DatapathReason reason, string name, KernelTable<TKey, TValue> map, Dictionary<TKey, TValue?> changes)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        foreach ((TKey key, TValue? wanted) in changes)
        {
            bool there = map.TryGetValue(in key, out TValue actual);
            if (there != wanted is not null || (wanted is { } expected && !Same(in actual, in expected)))
            {
                return $"{reason}: {name} of {FrameText.Key(key)} is {(there ? FrameText.Entry(actual) : "not there")}, wanted {(wanted is { } value ? FrameText.Entry(value) : "none")}";
            }
        }

        return null;
    }

    /// <summary>The first entry that one side has and the other has not, or not so; null if both have the same.</summary>
    internal static string? Whole<TKey, TValue>(string name, KernelTable<TKey, TValue> map, Dictionary<TKey, TValue> wanted)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        List<KeyValuePair<TKey, TValue>> entries = map.Entries();
        foreach ((TKey key, TValue actual) in entries)
        {
            if (!wanted.TryGetValue(key, out TValue expected) || !Same(in actual, in expected))
            {
                return $"{name} of {FrameText.Key(key)} is {FrameText.Entry(actual)}, wanted {(wanted.ContainsKey(key) ? FrameText.Entry(expected) : "none")}";
            }
        }

        return entries.Count == wanted.Count ? null : $"{name}: {entries.Count} entries, wanted {wanted.Count}";
    }

    /// <summary>The first home that differs.</summary>
    internal static string? Homes(string when, IEnumerable<(int Number, ClvHome Actual, ClvHome Wanted)> homes)
    {
        foreach ((int number, ClvHome actual, ClvHome wanted) in homes)
        {
            if (!Same(in actual, in wanted))
            {
                return $"{when}: home {number} is {FrameText.Entry(actual)}, wanted {FrameText.Entry(wanted)}";
            }
        }

        return null;
    }

    private static bool Same<T>(in T left, in T right)
        where T : unmanaged => LayoutBytes.Of(in left).SequenceEqual(LayoutBytes.Of(in right));
}
