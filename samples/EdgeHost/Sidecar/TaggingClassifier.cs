using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Agent;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Tag mode: the rules are evaluated here, and the connection carries the code point of its class from the first packet on.</summary>
/// <remarks>Nothing is said to anybody; what the code point means stands in the kernel.</remarks>
internal sealed class TaggingClassifier(SnapshotStore store, RequestClassifier classifier) : IConnectionClassifier
{
    // Numbers of Linux: IPPROTO_IP and IP_TOS, IPPROTO_IPV6 and IPV6_TCLASS.
    private const int ProtocolIp = 0;
    private const int TypeOfService = 1;
    private const int ProtocolIpV6 = 41;
    private const int TrafficClass = 67;

    public (RuleFields Fields, RuleGeneration Generation) Rules =>
        store.Current is { } snapshot ? (FieldsOf(snapshot.Fields), new RuleGeneration(snapshot.Revision, 0)) : (RuleFields.None, default);

    public ValueTask<bool> ClassifyAsync(
        Socket socket, IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken)
    {
        ClassifiedRequest classified = Classify(destination.Port, head);
        if (classified.Revision != generation.Revision)
        {
            throw new RulesChangedException();
        }

        if (classified.Dscp is { } dscp)
        {
            Tag(socket, dscp);
        }

        return ValueTask.FromResult(true);
    }

    public void Closed(IPEndPoint source, IPEndPoint destination)
    {
        // Nobody was told that it began.
    }

    /// <summary>Before the connection is made: the first packet shows the tag already.</summary>
    internal static void Tag(Socket socket, byte dscp)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(value, dscp << 2);

        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.SetRawSocketOption(ProtocolIpV6, TrafficClass, value);
        }
        else
        {
            socket.SetRawSocketOption(ProtocolIp, TypeOfService, value);
        }
    }

    private ClassifiedRequest Classify(int port, RequestHead head)
    {
        RouteHeader[] headers = [.. from header in head.Headers from value in header.Value select new RouteHeader(header.Key.ToLowerInvariant(), value ?? "")];
        return classifier.Classify(port, new RouteRequest
        {
            Method = head.Method,
            Scheme = head.Scheme,
            Authority = head.Authority,
            Path = head.Target,
            Headers = headers,
        });
    }

    private static RuleFields FieldsOf(RequestFields fields) => new()
    {
        Method = fields.Method,
        Authority = fields.Authority,
        Path = fields.Path,
        Query = !fields.QueryParameters.IsEmpty,
        Scheme = fields.Scheme,
        Headers = fields.Headers,
    };
}
