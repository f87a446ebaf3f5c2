namespace Clovisor.Istio.Connections;

/// <summary>Why a connection goes where it goes.</summary>
public enum ConnectionReason
{
    /// <summary>A <c>tls</c> or <c>tcp</c> rule matched.</summary>
    Matched,

    /// <summary>No rule applies to the service: the connection goes to the service itself.</summary>
    DefaultRoute,

    /// <summary>An east-west gateway passes it on by the service, port and subset in its server name.</summary>
    AutoPassthrough,

    /// <summary>It carries HTTP: the table named by <see cref="FilterChain.RouteTable"/> decides by each request.</summary>
    Http,

    /// <summary>Nothing is known of its destination: it goes where the client addressed it.</summary>
    Passthrough,

    /// <summary>Nothing is known of its destination, and the mesh lets nothing else out: it is closed.</summary>
    Blocked,

    /// <summary>The listener has no filter chain for it: it is closed.</summary>
    NoFilterChain,

    /// <summary>Envoy refuses the listener, as two of its chains ask for the same: nobody knows what becomes of the connection.</summary>
    ListenerRefused,

    /// <summary>The gateway does not listen on the port: it is refused.</summary>
    NoListener,
}
