using System.Net;

namespace Clovisor.Istio.Connections;

/// <summary>What the way of a connection is chosen by.</summary>
public readonly record struct ConnectionRequest
{
    /// <summary>Initializes a new instance of the <see cref="ConnectionRequest"/> struct: bytes to an unknown address.</summary>
    public ConnectionRequest()
    {
    }

    /// <summary>Gets the application protocols that one Istio proxy offers another over TLS.</summary>
    public static ReadOnlyMemory<string> IstioProtocols { get; } = new[] { "istio-peer-exchange", "istio" };

    /// <summary>Gets the address that the client connects to, or null where it does not matter, as at gateways.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>Gets what the connection carries. The default is <see cref="ConnectionProtocol.Tcp"/>.</summary>
    public ConnectionProtocol Protocol { get; init; }

    /// <summary>Gets the server name of the TLS client hello, or an empty string. Case does not matter.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Gets the application protocols of the TLS client hello. The memory is read while the connection is evaluated.</summary>
    public ReadOnlyMemory<string> ApplicationProtocols { get; init; }
}
