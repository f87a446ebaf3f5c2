using Clovisor.EdgeHost.Cloud;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>What a run's packets did, joined from the server's records (whose a connection is) and the packet filter's counters (what it moved, and where).</summary>
internal sealed record PacketCount
{
    /// <summary>Connections that carried requests of more than one user.</summary>
    public int Mixed { get; init; }

    public int Connections { get; init; }

    public long Packets { get; init; }

    public long Syns { get; init; }

    /// <summary>Packets on a link that their class does not prefer.</summary>
    public long Astray { get; init; }

    public long SynsAstray { get; init; }

    /// <summary>Packets with a request or a part of one in them.</summary>
    public long Data { get; init; }

    public long DataAstray { get; init; }

    /// <summary>Connections with packets on more than one link.</summary>
    public int Moved { get; init; }

    /// <summary>Packets without the DSCP of their class.</summary>
    public long Untagged { get; init; }

    /// <summary>Packets of connections that carried no request: nobody can say whose they are.</summary>
    public long Unused { get; init; }

    /// <param name="seen">Counted since the run began.</param>
    /// <param name="before">The records when it began.</param>
    /// <param name="after">The records when it ended.</param>
    /// <param name="linkOf">The link of a user.</param>
    public static PacketCount Of(IReadOnlyList<SeenPackets> seen, IReadOnlyList<ConnectionRecord> before, IReadOnlyList<ConnectionRecord> after, Func<string, string> linkOf, bool tagged)
    {
        // Records are never removed, so those of the run are the ones that were not there, and those that took requests since.
        ConnectionRecord[] ours = [.. after.Where((record, at) => at >= before.Count || record.Requests > before[at].Requests)];
        ILookup<string, ConnectionRecord> owners = ours.ToLookup(record => record.Peer);
        PacketCount count = new()
        {
            Connections = ours.Length,
            Mixed = ours.Count(record => record.Users.Count > 1),
            Moved = seen.Where(packets => packets.Kind == PacketKind.Any).GroupBy(packets => packets.Peer).Count(connection => connection.Select(packets => packets.Device).Distinct().Count() > 1),
        };
        foreach (SeenPackets packets in seen)
        {
            string[] users = [.. owners[packets.Peer.ToString()].SelectMany(record => record.Users).Distinct()];
            if (users.Length == 0)
            {
                count = count with { Unused = count.Unused + (packets.Kind == PacketKind.Any ? packets.Count : 0) };
                continue;
            }

            bool astray = Array.Exists(users, user => linkOf(user) != packets.Device);
            bool untagged = tagged && Array.Exists(users, user => ReportClass.Of(user).Dscp is { } dscp && dscp != packets.Dscp);
            long wrong = astray ? packets.Count : 0;
            count = packets.Kind switch
            {
                PacketKind.Syn => count with { Syns = count.Syns + packets.Count, SynsAstray = count.SynsAstray + wrong },
                PacketKind.Data => count with { Data = count.Data + packets.Count, DataAstray = count.DataAstray + wrong },
                _ => count with { Packets = count.Packets + packets.Count, Astray = count.Astray + wrong, Untagged = count.Untagged + (untagged ? packets.Count : 0) },
            };
        }

        return count;
    }

    public override string ToString() =>
        $"{Astray} of {Packets} packets and {SynsAstray} of {Syns} SYNs on another link, {Untagged} without their DSCP; {Mixed} of {Connections} connections mixed; {Unused} packets of connections without a request";
}
