namespace Clovisor.Istio.Connections;

/// <summary>What a proxy sees in the first bytes of a connection.</summary>
public enum ConnectionProtocol
{
    /// <summary>Nothing that it knows, or nothing yet: bytes.</summary>
    Tcp,

    /// <summary>A TLS client hello.</summary>
    Tls,

    /// <summary>A plain HTTP request.</summary>
    Http,
}
