using System.Net;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>What moved in a span of time: by user, by link, by direction.</summary>
internal sealed record Traffic(IReadOnlyList<UserFlow> Flows)
{
    /// <summary>Connections that carried requests of more than one user.</summary>
    public int Mixed => Flows.Where(f => f.Users.Count > 1).Select(f => (f.Bytes.Peer, f.Bytes.Service)).Distinct().Count();

    public int Connections => Flows.Where(f => f.Users.Count > 0).Select(f => (f.Bytes.Peer, f.Bytes.Service)).Distinct().Count();

    public long Up(string user, LabLink? link = null) => Of(user, link).Sum(f => f.Bytes.Up);

    public long Down(string user, LabLink? link = null) => Of(user, link).Sum(f => f.Bytes.Down);

    public long Total(string user, LabLink? link = null) => Up(user, link) + Down(user, link);

    public long On(LabLink link) => Flows.Where(f => f.Bytes.Device == link.Device).Sum(f => f.Bytes.Up + f.Bytes.Down);

    /// <summary>The part of a user's bytes that a link carried, 0 to 1; 0 when there were none.</summary>
    public double Share(string user, LabLink link) => Total(user) is > 0 and var all ? (double)Total(user, link) / all : 0;

    /// <summary>Bytes that came to the edge by another link than the one its connection sent most by.</summary>
    public long Astray
    {
        get
        {
            long astray = 0;
            foreach (IGrouping<(IPEndPoint, IPEndPoint), FlowBytes> connection in Flows.Select(f => f.Bytes).GroupBy(b => (b.Peer, b.Service)))
            {
                string left = connection.MaxBy(b => b.Up)!.Device;
                astray += connection.Where(b => b.Device != left).Sum(b => b.Down);
            }

            return astray;
        }
    }

    private IEnumerable<UserFlow> Of(string user, LabLink? link) =>
        Flows.Where(f => f.Users.Contains(user) && (link is null || f.Bytes.Device == link.Device));
}
