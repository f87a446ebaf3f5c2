namespace Clovisor.Istio.Hosts;

/// <summary>What a port speaks, as far as routing tells protocols apart.</summary>
internal enum MeshProtocol
{
    /// <summary>Not said: the proxy looks at the first bytes.</summary>
    Detected,

    Http,

    Tls,

    Tcp,

    Udp,

    /// <summary>A listener that clients address as a proxy.</summary>
    HttpProxy,
}

internal static class MeshProtocols
{
    public static MeshProtocol Parse(string text) => text.ToUpperInvariant() switch
    {
        "HTTP" or "HTTP2" or "GRPC" or "GRPC-WEB" or "GRPCWEB" or "KUBERNETES.IO/H2C" or "KUBERNETES.IO/WS" => MeshProtocol.Http,
        "HTTP_PROXY" => MeshProtocol.HttpProxy,
        "HTTPS" or "TLS" or "KUBERNETES.IO/WSS" => MeshProtocol.Tls,
        "TCP" or "MONGO" or "REDIS" or "MYSQL" => MeshProtocol.Tcp,
        "UDP" => MeshProtocol.Udp,
        _ => MeshProtocol.Detected,
    };

    /// <summary>Says whether a text names a protocol that an object may give; case does not matter.</summary>
    public static bool IsKnown(string text) => Parse(text) != MeshProtocol.Detected && !text.Contains('/', StringComparison.Ordinal);

    /// <summary>Says whether HTTP routes apply to the port.</summary>
    public static bool IsHttpOrDetected(this MeshProtocol protocol) => protocol is MeshProtocol.Http or MeshProtocol.HttpProxy or MeshProtocol.Detected;
}
