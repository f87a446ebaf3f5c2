namespace Clovisor.EdgeHost.Cloud;

/// <summary>One connection that the cloud's server accepted, with every user whose requests came over it.</summary>
/// <param name="Peer">Address and port of the edge, as the server sees them.</param>
/// <param name="Service">Address and port that were called.</param>
/// <param name="Users">The <c>user</c> header's values, in order of appearance; <c>-</c> for a request without one.</param>
/// <param name="Requests">Requests so far.</param>
internal sealed record ConnectionRecord(string Peer, string Service, IReadOnlyList<string> Users, int Requests);
