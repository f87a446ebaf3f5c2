using System.Collections.Frozen;

namespace Clovisor.Istio.Matching;

/// <summary>The request headers that Envoy holds in a slot of their own: sent more than once, their values become one, joined by commas.</summary>
internal static class JoinedHeaders
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "accept", "accept-encoding", "access-control-request-headers", "access-control-request-method", "authorization", "cache-control",
        "connection", "content-type", "grpc-timeout", "keep-alive", "origin", "proxy-connection", "referer", "te", "transfer-encoding",
        "upgrade", "user-agent", "via", "x-client-trace-id", "x-forwarded-client-cert", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-proto", "x-request-id",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string name) => Names.Contains(name);
}
