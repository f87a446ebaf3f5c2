using System.Net;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Classification;

/// <summary>What is known of a session besides its request or the server name that its client asks for.</summary>
/// <param name="Protocol">The number of its IP protocol.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Destination">Where it goes to.</param>
internal readonly record struct RequestFacts(byte? Protocol, IPEndPoint? Source, IPEndPoint? Destination)
{
    internal static RequestFacts Of(in SessionTuple session) => new((byte)session.Protocol, session.Source, session.Destination);

    /// <summary>All that flows and sticky keys can ask for. A header that is sent twice counts as one whose values are joined by a comma (RFC 9110, 5.2).</summary>
    internal SessionFacts With(in RouteRequest request, string userHeader)
    {
        Dictionary<string, string> headers = new(request.Headers.Length, StringComparer.OrdinalIgnoreCase);
        foreach (RouteHeader header in request.Headers.Span)
        {
            headers[header.Name] = headers.TryGetValue(header.Name, out string? before) ? $"{before},{header.Value}" : header.Value;
        }

        return new SessionFacts { Protocol = Protocol, Source = Source, Destination = Destination, Headers = headers, User = headers.GetValueOrDefault(userHeader) };
    }
}
