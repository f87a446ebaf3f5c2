using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>What one packet changes in the tables, seen on top of them. A null value is an entry that is removed.</summary>
internal sealed class Changes(Tables tables)
{
    internal Dictionary<int, ClvHome> Homes { get; } = [];

    internal Dictionary<ClvTuple, ClvSession?> Sessions { get; } = [];

    internal Dictionary<ClvTuple, ClvOrigin?> Reverse { get; } = [];

    internal Dictionary<ClvFragment, ClvFragmentPorts?> Fragments { get; } = new(LayoutComparer<ClvFragment>.Instance);

    internal Dictionary<ClvTuple, ClvAnswer?> Begun { get; } = [];

    internal Dictionary<ClvTuple, ClvAnswer?> Inbounds { get; } = [];

    internal ClvAnswer? BegunAt(in ClvTuple answer) => Look(tables.Begun, Begun, in answer);

    internal ClvAnswer? Inbound(in ClvTuple answer) => Look(tables.Inbound, Inbounds, in answer);

    /// <summary>Remembers a connection that opened outside, in place of what was known of it; false where there is no room.</summary>
    internal bool TryRemember(in ClvTuple answer, in ClvAnswer inbound)
    {
        bool v4 = answer.IsV4;
        if (Inbound(in answer) is null && tables.Inbound.Keys.Count(present => present.IsV4 == v4) >= tables.InboundCapacity)
        {
            return false;
        }

        Inbounds[answer] = inbound;
        return true;
    }

    internal ClvSession? Session(in ClvTuple key) => Look(tables.Sessions, Sessions, in key);

    internal ClvHome Home(int number) => Homes.TryGetValue(number, out ClvHome changed) ? changed : tables.Homes[number];

    internal ClvOrigin? Origin(in ClvTuple arriving) => Look(tables.Reverse, Reverse, in arriving);

    internal ClvFragmentPorts? Fragment(in ClvFragment key) => Look(tables.Fragments, Fragments, in key);

    /// <summary>Enters a session; false where there is no room.</summary>
    internal bool TryEnter(in ClvTuple key, in ClvSession session) => TryAdd(tables.Sessions, Sessions, in key, in session);

    /// <summary>Enters an arriving tuple; false where it is taken or there is no room.</summary>
    internal bool TryClaim(in ClvTuple arriving, in ClvOrigin origin) => TryAdd(tables.Reverse, Reverse, in arriving, in origin);

    private bool TryAdd<TValue>(Dictionary<ClvTuple, TValue> table, Dictionary<ClvTuple, TValue?> changes, in ClvTuple key, in TValue value)
        where TValue : unmanaged
    {
        // Each family has a map of its own.
        bool v4 = key.IsV4;
        int count = table.Keys.Count(present => present.IsV4 == v4);
        foreach ((ClvTuple changed, TValue? change) in changes)
        {
            count += changed.IsV4 == v4 ? (change is null ? 0 : 1) - (table.ContainsKey(changed) ? 1 : 0) : 0;
        }

        if (Look(table, changes, in key) is not null || count >= tables.Capacity)
        {
            return false;
        }

        changes[key] = value;
        return true;
    }

    private static TValue? Look<TKey, TValue>(Dictionary<TKey, TValue> table, Dictionary<TKey, TValue?> changes, in TKey key)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        if (changes.TryGetValue(key, out TValue? changed))
        {
            return changed;
        }

        return table.TryGetValue(key, out TValue present) ? present : null;
    }
}
