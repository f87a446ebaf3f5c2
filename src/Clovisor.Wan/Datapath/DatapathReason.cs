namespace Clovisor.Wan.Datapath;

/// <summary>How a packet left one of the datapath's programs, or what became of a connection. Each packet counts once for each program that it goes through.</summary>
public enum DatapathReason
{
    /// <summary>Passed on untouched: neither IPv4 nor IPv6.</summary>
    NotIp = 0,

    /// <summary>Passed on untouched: more than two VLAN tags in the frame.</summary>
    Vlan = 1,

    /// <summary>Passed on untouched: a fragment whose first one was not seen before it.</summary>
    Fragment = 2,

    /// <summary>Passed on untouched: headers that sign the addresses, that redirect, or more than six IPv6 extension headers; an IPv4 header that says it is too short; IPv6 with an IPv4 address in its header.</summary>
    Headers = 3,

    /// <summary>Passed on untouched: ICMP that is neither an echo with an identifier nor an error about a session.</summary>
    Protocol = 4,

    /// <summary>Passed on untouched: shorter than its headers.</summary>
    Truncated = 5,

    /// <summary>Leaving, passed on: no session, and no tag that makes one.</summary>
    OutNoSession = 6,

    /// <summary>Leaving, passed on: sent here by the program of another device.</summary>
    OutClaimed = 7,

    /// <summary>Leaving, passed on: this device is the session's link.</summary>
    OutHome = 8,

    /// <summary>Leaving, passed on: the session's association has no usable link, and asks for the node's own way then.</summary>
    OutNoLinkPassed = 9,

    /// <summary>Leaving, passed on: tagged TCP that was open before it could be followed.</summary>
    OutTagLate = 11,

    /// <summary>Leaving, passed on: tagged, and translated already.</summary>
    OutTagRepeated = 12,

    /// <summary>Leaving, passed on: tagged, but the session table is full.</summary>
    OutTableFull = 13,

    /// <summary>Leaving, passed on: entered after the connection was open, on a device that is no link.</summary>
    OutMidStream = 14,

    /// <summary>Leaving, sent by another device: the session's link.</summary>
    OutRedirected = 15,

    /// <summary>Leaving, turned round into a reset: the session's link is gone.</summary>
    OutReset = 16,

    /// <summary>Leaving, turned into the ICMP error that tells its sender how much fits the session's link.</summary>
    OutTooBig = 10,

    /// <summary>Leaving, dropped: the session's association has no usable link, and asks for that, or for an answer that may not be sent.</summary>
    OutNoLinkDropped = 17,

    /// <summary>Leaving, dropped: too large for the session's link, and IPv4 that may be fragmented, whose sender listens to no ICMP error; or IPv6 with headers of more than 88 bytes.</summary>
    OutMtuDropped = 18,

    /// <summary>Leaving, dropped: the session waits for its link.</summary>
    OutWaiting = 19,

    /// <summary>Leaving, dropped: no free port on the link's address.</summary>
    OutNoPort = 20,

    /// <summary>Leaving, dropped: the kernel could not change the packet.</summary>
    OutFailed = 21,

    /// <summary>Arriving, passed on: no session.</summary>
    InNoSession = 22,

    /// <summary>Arriving, passed on: translated for a session that is gone.</summary>
    InStale = 23,

    /// <summary>Arriving, passed on: on the device where the session is at home.</summary>
    InHome = 24,

    /// <summary>Arriving, handed back to the device where the session is at home.</summary>
    InReturned = 25,

    /// <summary>Arriving, dropped: the kernel could not change the packet.</summary>
    InFailed = 26,

    /// <summary>Arriving: an ICMP error about a packet of a translated session, translated back.</summary>
    InIcmpError = 27,

    /// <summary>Leaving, passed on: tagged, but not by a socket of the trusted control group, or by one that is bound to the device (SO_BINDTODEVICE), so that the tag counts as none.</summary>
    OutTagUntrusted = 28,

    /// <summary>A connection of the trusted control group, not a packet: announced or tagged, and entered before its SYN.</summary>
    SockEntered = 29,

    /// <summary>A connection of the trusted control group: neither announced nor tagged.</summary>
    SockUntagged = 30,

    /// <summary>A connection of the trusted control group: to the node itself.</summary>
    SockLocal = 31,

    /// <summary>A connection of the trusted control group: tagged, but the session table is full.</summary>
    SockTableFull = 32,

    /// <summary>Leaving, passed on: tagged, but sent to a multicast, broadcast or link-local address, where no WAN link leads.</summary>
    OutTagLocal = 33,

    /// <summary>Leaving, sent by the session's link: an ICMP error about a packet of the session that arrived.</summary>
    OutIcmpError = 34,

    /// <summary>At a LAN device, passed on: not addressed to the node, or of another network by its VLAN tag.</summary>
    LanOther = 35,

    /// <summary>At a LAN device, passed on to routing: no session.</summary>
    LanNoSession = 36,

    /// <summary>At a LAN device, passed on to routing: of a session, but its hops are used up, or it has options for routers.</summary>
    LanRouted = 37,

    /// <summary>At a LAN device, sent by the session's link before routing.</summary>
    LanRedirected = 38,

    /// <summary>Arriving, sent out by the LAN device that the session comes from.</summary>
    InDelivered = 39,

    /// <summary>Arriving, turned into the ICMP error that tells its sender how much fits the LAN device.</summary>
    InTooBig = 40,

    /// <summary>Arriving for a LAN, passed on to routing: its hops are used up, it has options for routers, or it does not fit and may be fragmented.</summary>
    InRouted = 41,

    /// <summary>Arriving, passed on: begins outside. Its answer will leave by the link that it came by.</summary>
    InBegun = 42,

    /// <summary>Arriving, passed on: of a connection that opened outside, and as many as can be remembered are. Its answers follow the node's own routes.</summary>
    InAnswersFull = 43,

    /// <summary>Leaving, sent by another device: the link of what it answers.</summary>
    OutAnswered = 44,

    /// <summary>Leaving, turned into the ICMP error that says that there is no way: the session's association has no usable link, and asks for that.</summary>
    OutUnreachable = 45,
}
