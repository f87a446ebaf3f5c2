using System.Net;

namespace Clovisor.EdgeHost.Cloud;

/// <summary>Who came from where. Safe for concurrent use.</summary>
internal sealed class ConnectionRecords
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Open> _connections = [];

    /// <param name="id">Of the connection, unique in this process: a tuple may come again, a connection does not.</param>
    public void Note(string id, IPEndPoint peer, IPEndPoint service, string user)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(id, out Open? open))
            {
                _connections[id] = open = new Open(peer, service);
            }

            open.Requests++;
            if (!open.Users.Contains(user))
            {
                open.Users.Add(user);
            }
        }
    }

    public ConnectionRecord[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _connections.Values.Select(c => new ConnectionRecord(c.Peer.ToString(), c.Service.ToString(), [.. c.Users], c.Requests))];
        }
    }

    private sealed class Open(IPEndPoint peer, IPEndPoint service)
    {
        public IPEndPoint Peer { get; } = peer;

        public IPEndPoint Service { get; } = service;

        public List<string> Users { get; } = [];

        public int Requests { get; set; }
    }
}
