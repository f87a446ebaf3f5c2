using System.Net.Sockets;

namespace Clovisor.Wan.Datapath;

/// <summary>How many sessions of one association and address family take one link.</summary>
/// <param name="Association">The name of the association; null when it has left the plan and its sessions have not ended yet.</param>
/// <param name="Link">The name of the link; null when these sessions have none now.</param>
/// <param name="Family">The address family: each has a table of its own.</param>
/// <param name="Sessions">How many there are, at least 1.</param>
public readonly record struct SessionCount(string? Association, string? Link, AddressFamily Family, long Sessions);
