using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Wan.Associations;

/// <summary>Sessions by what is known of them without a mesh route. Every field that names something must hold; within a field one entry is enough.</summary>
/// <remarks>Immutable. Equal when the canonical texts are equal; the order of entries does not count.</remarks>
public sealed record FlowMatch
{
    /// <summary>The users on whose behalf the requests are made; exact.</summary>
    public ImmutableArray<string> Users { get; init => field = OrEmpty(value); } = [];

    /// <summary>Request headers; all of them must be there.</summary>
    public ImmutableArray<HeaderMatch> Headers { get; init => field = OrEmpty(value); } = [];

    /// <summary>Networks that the session comes from, before translation.</summary>
    public ImmutableArray<IPNetwork> Sources { get; init => field = OrEmpty(value); } = [];

    /// <summary>Networks that the session goes to.</summary>
    public ImmutableArray<IPNetwork> Destinations { get; init => field = OrEmpty(value); } = [];

    /// <summary>Ports that the session goes to.</summary>
    public ImmutableArray<PortRange> Ports { get; init => field = OrEmpty(value); } = [];

    /// <summary>IP protocol numbers: 6 is TCP, 17 is UDP, 1 is ICMP, 58 is ICMPv6.</summary>
    public ImmutableArray<byte> Protocols { get; init => field = OrEmpty(value); } = [];

    /// <summary>Kubernetes namespaces of the sender; exact.</summary>
    public ImmutableArray<string> Namespaces { get; init => field = OrEmpty(value); } = [];

    /// <summary>Names of sending pods: exact, or with one <c>*</c> at the end, since the ends of pod names are made up.</summary>
    public ImmutableArray<string> Pods { get; init => field = OrEmpty(value); } = [];

    /// <summary>Server names of the TLS handshake: exact, or <c>*.</c> in front of a domain for every name below it; compared without case.</summary>
    public ImmutableArray<string> ServerNames { get; init => field = OrEmpty(value); } = [];

    /// <summary>Whether nothing is asked, so that every session would be meant.</summary>
    public bool IsEmpty => Fields == 0;

    /// <summary>How many fields ask something. More is closer.</summary>
    public int Fields =>
        Count(Users) + Count(Headers) + Count(Sources) + Count(Destinations) + Count(Ports)
        + Count(Protocols) + Count(Namespaces) + Count(Pods) + Count(ServerNames);

    /// <summary>Whether a session is meant.</summary>
    /// <param name="session">What is known of it. What is not known fulfils no field that asks for it.</param>
    /// <param name="prefixBits">How many bits of the addresses were asked for, of source and destination together: the closer of two matches asks more.</param>
    public bool Matches(SessionFacts session, out int prefixBits)
    {
        ArgumentNullException.ThrowIfNull(session);
        prefixBits = 0;
        return Any(Users, session.User, static (user, actual) => user == actual)
            && Headers.All(header => session.Headers is { } headers && HasHeader(headers, header))
            && Within(Sources, session.Source?.Address, ref prefixBits)
            && Within(Destinations, session.Destination?.Address, ref prefixBits)
            && (Ports.IsEmpty || (session.Destination is { } to && Ports.Any(range => range.Contains(to.Port))))
            && (Protocols.IsEmpty || (session.Protocol is { } protocol && Protocols.Contains(protocol)))
            && Any(Namespaces, session.Namespace, static (name, actual) => name == actual)
            && Any(Pods, session.Pod, Glob)
            && Any(ServerNames, session.ServerName, IsServer);
    }

    /// <inheritdoc/>
    public bool Equals(FlowMatch? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text: <c>destinations=10.0.0.0/8 ports=443</c>, fields and entries in order.</summary>
    public override string ToString() => string.Join(' ', new[]
    {
        Show("users", Users),
        Show("headers", Headers.Select(static header => $"{header.Name.ToLowerInvariant()}:{header.Value}")),
        Show("sources", Sources.Select(static network => network.ToString())),
        Show("destinations", Destinations.Select(static network => network.ToString())),
        Show("ports", Ports.Select(static range => range.ToString())),
        Show("protocols", Protocols.Select(IpProtocol.Show)),
        Show("namespaces", Namespaces),
        Show("pods", Pods),
        Show("serverNames", ServerNames.Select(static name => name.ToLowerInvariant())),
    }.OfType<string>());

    private static string? Show(string name, IEnumerable<string> values)
    {
        string joined = string.Join(',', values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return joined.Length == 0 ? null : $"{name}={joined}";
    }

    private static bool Any(ImmutableArray<string> wanted, string? actual, Func<string, string, bool> matches) =>
        wanted.IsEmpty || (actual is not null && wanted.Any(entry => matches(entry, actual)));

    private static bool Within(ImmutableArray<IPNetwork> networks, IPAddress? address, ref int bits)
    {
        if (networks.IsEmpty)
        {
            return true;
        }

        int longest = -1;
        IPAddress? plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        foreach (IPNetwork network in networks)
        {
            longest = plain is not null && network.Contains(plain) ? Math.Max(longest, network.PrefixLength) : longest;
        }

        bits += Math.Max(longest, 0);
        return longest >= 0;
    }

    private static bool HasHeader(IReadOnlyDictionary<string, string> headers, HeaderMatch wanted)
    {
        foreach ((string name, string value) in headers)
        {
            if (string.Equals(name, wanted.Name, StringComparison.OrdinalIgnoreCase) && Glob(wanted.Value, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Glob(string pattern, string actual) =>
        pattern.EndsWith('*') ? actual.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : pattern == actual;

    private static bool IsServer(string pattern, string actual) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? actual.Length >= pattern.Length && actual.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : string.Equals(pattern, actual.TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    private static int Count<T>(ImmutableArray<T> entries) => entries.IsEmpty ? 0 : 1;

    private static ImmutableArray<T> OrEmpty<T>(ImmutableArray<T> value) => value.IsDefault ? [] : value;
}
