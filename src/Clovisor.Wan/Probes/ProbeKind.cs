namespace Clovisor.Wan.Probes;

/// <summary>What a probe sends, and what counts as its answer.</summary>
public enum ProbeKind
{
    /// <summary>An ICMP or ICMPv6 echo request. Needs CAP_NET_RAW, or a group inside <c>net.ipv4.ping_group_range</c>.</summary>
    Icmp,

    /// <summary>A TCP connection, reset as soon as it is there. The round trip is the kernel's own measurement. A refused connection is no answer.</summary>
    Tcp,

    /// <summary>An HTTP/1.1 GET; the answer is a response with a status that is wanted and, if asked for, with a text in its body. The round trip
    /// is the whole of it, from the SYN on.</summary>
    Http,

    /// <summary>The same over TLS, for the name in <see cref="ProbeDefinition.Host"/>.</summary>
    Https,

    /// <summary>A DNS query over UDP; the answer is a response that says "no error" or "no such name". SERVFAIL and REFUSED are none.</summary>
    Dns,
}
