using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The kernel's counters and the server's records at one moment.</summary>
internal sealed record TrafficSnapshot(IReadOnlyList<FlowBytes> Flows, IReadOnlyList<ConnectionRecord> Records)
{
    /// <summary>What moved between an earlier moment and this one, with the user of every connection.</summary>
    /// <remarks>
    /// Whose a connection is comes from the server, what it moved and where comes from the packet filter; the 5-tuple joins the two.
    /// </remarks>
    public Traffic Since(TrafficSnapshot earlier)
    {
        var before = earlier.Flows.ToDictionary(f => (f.Device, f.Peer, f.Service));
        Dictionary<(string, string), string[]> owners = Records
            .Select((record, place) => (record, active: place >= earlier.Records.Count || record.Requests > earlier.Records[place].Requests))
            .GroupBy(r => (r.record.Peer, r.record.Service))
            .ToDictionary(same => same.Key, same => Owners([.. same]));
        return new Traffic(
        [
            .. from flow in Flows
               let old = before.GetValueOrDefault((flow.Device, flow.Peer, flow.Service))
               let moved = flow with { Up = flow.Up - (old?.Up ?? 0), Down = flow.Down - (old?.Down ?? 0) }
               where moved.Up + moved.Down > 0
               let users = owners.GetValueOrDefault((flow.Peer.ToString(), flow.Service.ToString()), [])
               select new UserFlow(users, moved),
        ]);
    }

    /// <summary>
    /// A tuple may come again. Then the connections that had requests in the span count, or else the last one, which may still be busy
    /// with a request from before. Records are never removed, so the same place is the same connection.
    /// </summary>
    private static string[] Owners((ConnectionRecord Record, bool Active)[] same)
    {
        IEnumerable<ConnectionRecord> busy = same.Where(r => r.Active).Select(r => r.Record);
        return [.. busy.DefaultIfEmpty(same[^1].Record).SelectMany(r => r.Users).Distinct()];
    }
}
