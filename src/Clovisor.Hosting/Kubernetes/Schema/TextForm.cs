namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>Patterns and rules that many fields share.</summary>
internal static class TextForm
{
    internal const string Duration = @"^[0-9]+(\.[0-9]+)?(us|ms|s|m|h)$";
    internal const string Rate = @"^[0-9]+(\.[0-9]+)?[kMGT]$";
    internal const string Percent = @"^[0-9]+(\.[0-9]+)?%$";
    internal const string Device = @"^[^/:\s]{1,15}$";

    // A kind is optional; neither namespace nor name contains a slash; the rest may contain anything.
    internal const string MeshRoute = @"^((HTTPRoute|GRPCRoute|VirtualService):)?[^/:]+/[^/]+/.+$";

    internal const string Unicast =
        "isIP(self) && !ip(self).isUnspecified() && !ip(self).isLoopback() && !(ip(self).family() == 4 && self.matches('^(22[4-9]|2[3-5][0-9])[.]'))"
        + " && !(ip(self).family() == 6 && self.matches('^[fF][fF]'))";

    internal const string UnicastMessage = "write the unicast address of a host, such as 192.0.2.1 or 2001:db8::1; not a name, without a prefix length";

    internal const string OneEachFamily = "self.filter(a, isIP(a) && ip(a).family() == 4).size() <= 1 && self.filter(a, isIP(a) && ip(a).family() == 6).size() <= 1";

    internal const string Network = "isCIDR(self) ? cidr(self) == cidr(self).masked() : isIP(self)";

    internal const string NetworkMessage = "write a network such as 10.0.0.0/8 or 2001:db8::/32 whose host bits are zero, or one address";

    internal const string Ports =
        "type(self) == int ? self >= 1 && self <= 65535 : string(self).matches('^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$') && string(self).split('-').all(p, int(p) <= 65535)"
        + " && int(string(self).split('-')[0]) <= int(string(self).split('-')[string(self).split('-').size() - 1])";

    internal const string PortsMessage = "write a port such as 443 or a range such as 8000-8099, from 1 to 65535";

    internal const string PortRange = "^[1-9][0-9]{3,4}-[1-9][0-9]{3,4}$";

    internal const string TagPorts =
        "!self.matches('^[1-9][0-9]{3,4}-[1-9][0-9]{3,4}$') || (int(self.split('-')[0]) >= 1024 && int(self.split('-')[1]) <= 60999 && int(self.split('-')[1]) - int(self.split('-')[0]) >= 63)";

    internal const string TagPortsMessage = "choose a range of at least 64 ports from 1024 to 60999: those above are what sessions are translated to, and a proxy without a free port fails its requests";

    internal const string Protocol =
        "type(self) == int ? self >= 0 && self <= 255 : string(self).matches('^([tT][cC][pP]|[uU][dD][pP]|[iI][cC][mM][pP]([vV]6)?|[gG][rR][eE]|[eE][sS][pP]|[aA][hH]|[sS][cC][tT][pP]|[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$')";

    internal const string ProtocolMessage = "write tcp, udp, icmp, icmpv6, gre, esp, ah, sctp or a number from 0 to 255";

    internal const string Dscp =
        "type(self) == int ? self >= 1 && self <= 63 : string(self).matches('^([eE][fF]|[vV][aA]|[cC][sS][1-7]|[aA][fF][1-4][1-3]|[1-9]|[1-5][0-9]|6[0-3])$')";

    internal const string DscpMessage = "write a number from 1 to 63 or a name: ef, va, cs1 to cs7, af11 to af43";

    internal const string Mss =
        "type(self) == int ? self >= 536 && self <= 65495 : string(self).matches('^(auto|off|53[6-9]|5[4-9][0-9]|[6-9][0-9][0-9]|[1-9][0-9][0-9][0-9]|[1-5][0-9][0-9][0-9][0-9]|6[0-4][0-9][0-9][0-9]|65[0-3][0-9][0-9]|654[0-8][0-9]|6549[0-5])$')";

    internal const string MssMessage = "write auto, off or a number of bytes from 536 to 65495";

    /// <summary>The longest name of an object.</summary>
    internal const string ShortName = "self.metadata.name.size() <= 63";

    internal const string ShortNameMessage = "a name has at most 63 characters: it is kept in the kernel; choose a shorter one";
}
