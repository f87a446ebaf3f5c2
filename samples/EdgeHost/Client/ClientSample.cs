using System.Net;
using System.Text.Json.Serialization;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Client;

/// <summary>One request, as its client saw it.</summary>
/// <param name="User">The value of its <c>user</c> header.</param>
/// <param name="Started">The machine's monotonic clock in ticks of <see cref="TimeProvider.TimestampFrequency"/>: comparable between processes.</param>
/// <param name="Ended">The same clock, when the last byte was there or the request had failed.</param>
/// <param name="Up">Bytes of the request body.</param>
/// <param name="Down">Bytes of the response body that came.</param>
/// <param name="Peer">Whom the cloud saw, or null when no answer came.</param>
/// <param name="Error">Why it failed, or null when it did not.</param>
internal sealed record ClientSample(string User, long Started, long Ended, long Up, long Down, string? Peer, string? Error)
{
    [JsonIgnore]
    public bool Succeeded => Error is null;

    /// <summary>The link by which the request reached the cloud, by the address that the cloud saw.</summary>
    [JsonIgnore]
    public LabLink? Link => IPEndPoint.TryParse(Peer ?? "", out IPEndPoint? peer) ? LabAddresses.LinkOf(peer.Address) : null;
}
