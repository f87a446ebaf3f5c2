
namespace Clovisor.Hosting.Configuration;

/// <summary>Who may report sessions, and for which source addresses. A caller is allowed by the first entry that it fits.</summary>
public sealed class SessionCallerOptions
{
    /// <summary>User ids; the caller's must be one of them. 1337 is that of Istio's sidecars.</summary>
    /// <value>The default is none: any user, as far as the rest of the entry allows.</value>
    public IList<uint> Users { get; } = [];

    /// <summary>Group ids; one of the caller's must be one of them.</summary>
    /// <value>The default is none: any group, as far as the rest of the entry allows.</value>
    public IList<uint> Groups { get; } = [];

    /// <summary>Network namespaces as files, such as <c>/var/run/netns/pod1</c>; the caller's socket must have been made in one of them. Looked up at each connection,
    /// so that a namespace made later is found. Needs CAP_NET_ADMIN in them: a caller whose namespace cannot be asked fits no entry that names any.</summary>
    /// <value>The default is none: any namespace.</value>
    public IList<string> NetworkNamespaces { get; } = [];

    /// <summary>The source addresses of the sessions that the caller may report, as CIDR.</summary>
    /// <value>The default is none: any address.</value>
    public IList<string> Sources { get; } = [];

    /// <summary>Whether the entry fits callers over loopback TCP that showed the token; these have no user, group or namespace.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Token { get; set; }
}
