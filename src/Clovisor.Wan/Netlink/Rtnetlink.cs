namespace Clovisor.Wan.Netlink;

/// <summary>Numbers of <c>linux/rtnetlink.h</c>, <c>if_link.h</c>, <c>if_addr.h</c> and <c>neighbour.h</c> that are used here.</summary>
internal static class Rtnetlink
{
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;

    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_DELLINK = 17;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;
    public const ushort RTM_NEWNEIGH = 28;
    public const ushort RTM_DELNEIGH = 29;
    public const ushort RTM_GETNEIGH = 30;

    public const ushort NLM_F_REQUEST = 0x1;
    public const ushort NLM_F_ACK = 0x4;
    public const ushort NLM_F_DUMP = 0x300;
    public const ushort NLM_F_REPLACE = 0x100;
    public const ushort NLM_F_CREATE = 0x400;

    // Bits of sockaddr_nl.nl_groups: 1 << (group - 1).
    public const uint Groups = Link | Neighbour | Ipv4Address | Ipv4Route | Ipv6Address | Ipv6Route;

    public const uint IFF_UP = 0x1;
    public const uint IFF_NOARP = 0x80;
    public const uint IFF_LOWER_UP = 0x10000;

    // Of linux/if_arp.h.
    public const ushort ARPHRD_PPP = 512;
    public const ushort ARPHRD_RAWIP = 519;
    public const ushort ARPHRD_TUNNEL = 768;
    public const ushort ARPHRD_TUNNEL6 = 769;
    public const ushort ARPHRD_SIT = 776;
    public const ushort ARPHRD_IPGRE = 778;
    public const ushort ARPHRD_IP6GRE = 823;
    public const ushort ARPHRD_NONE = 0xfffe;
    public const ushort ARPHRD_VOID = 0xffff;

    public const int IFLA_IFNAME = 3;
    public const int IFLA_OPERSTATE = 16;

    public const int IFA_ADDRESS = 1;
    public const int IFA_LOCAL = 2;
    public const int IFA_FLAGS = 8;
    public const uint IFA_F_SECONDARY = 0x01;
    public const uint IFA_F_DADFAILED = 0x08;
    public const uint IFA_F_DEPRECATED = 0x20;
    public const uint IFA_F_TENTATIVE = 0x40;

    public const int RTA_OIF = 4;
    public const int RTA_GATEWAY = 5;
    public const int RTA_PRIORITY = 6;
    public const int RTA_MULTIPATH = 9;
    public const int RTA_TABLE = 15;
    public const byte RTN_UNICAST = 1;
    public const uint RT_TABLE_MAIN = 254;
    public const byte RT_SCOPE_LINK = 253;

    public const int NDA_DST = 1;
    public const ushort NDA_FLAGS_EXT = 15;
    public const ushort NUD_FAILED = 0x20;
    public const ushort NUD_PERMANENT = 0x80;
    public const byte NTF_USE = 0x1;
    public const uint NTF_EXT_MANAGED = 0x1;

    private const uint Link = 1 << 0;
    private const uint Neighbour = 1 << 2;
    private const uint Ipv4Address = 1 << 4;
    private const uint Ipv4Route = 1 << 6;
    private const uint Ipv6Address = 1 << 8;
    private const uint Ipv6Route = 1 << 10;
}
