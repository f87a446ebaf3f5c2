namespace Clovisor.Hosting.Envoy;

/// <summary>How Envoy's connections come to be of a class.</summary>
public enum EnvoyMode
{
    /// <summary>Envoy's own routes choose the class, and the class's cluster tags its connections from the SYN on. The host is never asked.</summary>
    Tag,

    /// <summary>A Lua filter asks the host for the class before a request has a connection; the class's cluster tags its connections from the SYN on.</summary>
    Report,

    /// <summary>
    /// As <see cref="Report"/>, but nothing is tagged: connections are kept apart by class, and each is reported with its 5-tuple once it is open and before its first data.
    /// The SYN goes by the node's routes; on links with translation the session stays there.
    /// </summary>
    Exact,
}
