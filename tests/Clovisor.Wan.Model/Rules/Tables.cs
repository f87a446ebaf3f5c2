using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>What the programs look at beside the packet: their maps, the devices, the node's sockets.</summary>
internal sealed class Tables
{
    internal ClvLink[] Links { get; } = new ClvLink[16];

    internal ClvAssociation[] Associations { get; } = new ClvAssociation[1024];

    internal ClvSlotTable[] Slots { get; } = new ClvSlotTable[1024];

    internal uint[] Dscp { get; } = new uint[64];

    internal ClvPortBlock[] Ports { get; } = new ClvPortBlock[1024];

    internal ClvSettings Settings;

    /// <summary>The slot of a session that nobody reported: by its tuple, or by the part of it that its association's sessions share a slot by.</summary>
    internal byte SlotOf(in ClvTuple tuple, int association) => Associations[association].Sticky switch
    {
        ClvStickyKind.Source => new ClvTuple { Saddr = tuple.Saddr }.Slot,
        ClvStickyKind.Destination => new ClvTuple { Daddr = tuple.Daddr }.Slot,
        _ => tuple.Slot,
    };

    /// <summary>Whether the sender's socket is of the control group whose tags count.</summary>
    internal bool SenderTrusted { get; set; }

    /// <summary>The clock of sessions.</summary>
    internal ushort Tick { get; set; }

    /// <summary>Where sessions are at home, by number; the first is nobody's.</summary>
    internal ClvHome[] Homes { get; } = new ClvHome[ClvHome.Most];

    /// <summary>The addresses that links had in their last generations.</summary>
    internal ClvSource[] Sources { get; } = new ClvSource[16 * ClvSource.Kept];

    /// <summary>The hardware addresses of devices: what is sent to another is not for the node.</summary>
    internal Dictionary<uint, byte[]> Macs { get; } = [];

    internal Dictionary<ClvTuple, ClvSession> Sessions { get; } = [];

    internal Dictionary<ClvTuple, ClvOrigin> Reverse { get; } = [];

    internal Dictionary<ClvFragment, ClvFragmentPorts> Fragments { get; } = new(LayoutComparer<ClvFragment>.Instance);

    /// <summary>What began outside lately, and datagrams that began inside, by the tuple of the answer.</summary>
    internal Dictionary<ClvTuple, ClvAnswer> Begun { get; } = [];

    /// <summary>Connections that opened outside and whose peer has shown that it is there.</summary>
    internal Dictionary<ClvTuple, ClvAnswer> Inbound { get; } = [];

    /// <summary>The most of the latter, of each family.</summary>
    internal int InboundCapacity { get; set; } = int.MaxValue;

    /// <summary>Whether what begins outside is answered by its link.</summary>
    internal bool Answers => Settings.Flags.HasFlag(ClvSettingFlag.Answers);

    /// <summary>The most sessions, and the most arriving tuples, of each family.</summary>
    internal int Capacity { get; set; } = int.MaxValue;

    /// <summary>Whether the tables are full within an episode, if enough asks for a place.</summary>
    internal bool IsCrowded => Capacity < 16;

    /// <summary>What devices carry, by index.</summary>
    internal Dictionary<uint, int> Mtus { get; } = [];

    /// <summary>What arrives at connected sockets of the node itself.</summary>
    internal HashSet<ClvTuple> Connected { get; } = [];

    /// <summary>Takes over what a packet changed.</summary>
    internal void Apply(Changes changes)
    {
        foreach ((int number, ClvHome home) in changes.Homes)
        {
            Homes[number] = home;
        }

        Merge(Sessions, changes.Sessions);
        Merge(Reverse, changes.Reverse);
        Merge(Fragments, changes.Fragments);
        Merge(Begun, changes.Begun);
        Merge(Inbound, changes.Inbounds);
    }

    private static void Merge<TKey, TValue>(Dictionary<TKey, TValue> table, Dictionary<TKey, TValue?> changes)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        foreach ((TKey key, TValue? value) in changes)
        {
            if (value is { } present)
            {
                table[key] = present;
            }
            else
            {
                table.Remove(key);
            }
        }
    }
}
