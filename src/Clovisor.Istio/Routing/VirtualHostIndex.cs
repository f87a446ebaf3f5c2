using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>
/// Selects a virtual host by authority: lower-cased and without its port, 1. by exact domain, 2. by the longest suffix,
/// which must replace at least one character, 3. by <c>*</c>. Exactly one is consulted; there is no falling through to the next.
/// </summary>
internal sealed class VirtualHostIndex
{
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Suffixes[] _suffixes;
    private readonly ImmutableArray<VirtualHost> _hosts;
    private readonly int _any = -1;

    /// <summary>Initializes a new instance of the <see cref="VirtualHostIndex"/> class.</summary>
    /// <param name="hosts">The virtual hosts.</param>
    /// <param name="previous">An index whose look-up is taken over when its hosts have the same domains, place by place.</param>
    public VirtualHostIndex(ImmutableArray<VirtualHost> hosts, VirtualHostIndex? previous = null)
    {
        _hosts = hosts;
        if (previous is not null && HaveTheSameDomains(previous._hosts, hosts))
        {
            (_exact, _suffixes, _any) = (previous._exact, previous._suffixes, previous._any);
            return;
        }

        var exact = new Dictionary<string, int>(StringComparer.Ordinal);
        var suffixes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int host = 0; host < hosts.Length; host++)
        {
            foreach (string domain in hosts[host].Domains)
            {
                if (domain == "*")
                {
                    _any = _any < 0 ? host : _any;
                }
                else if (domain.StartsWith('*'))
                {
                    suffixes.TryAdd(domain[1..].ToLowerInvariant(), host);
                }
                else
                {
                    exact.TryAdd(domain.ToLowerInvariant(), host);
                }
            }
        }

        _exact = exact.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _suffixes = [.. suffixes.GroupBy(static s => s.Key.Length).OrderByDescending(static g => g.Key)
            .Select(static g => new Suffixes(g.Key, g.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>()))];
    }

    public VirtualHost? Find(ReadOnlySpan<char> authority, out DomainKind kind)
    {
        ReadOnlySpan<char> host = WithoutPort(authority);
        if (host.Length > 256)
        {
            host = host.ToString().ToLowerInvariant();
        }
        else
        {
            Span<char> lower = stackalloc char[256];
            host.ToLowerInvariant(lower);
            return FindLower(lower[..host.Length], out kind);
        }

        return FindLower(host, out kind);
    }

    // Whatever follows the last colon counts as a port, be it a number or not.
    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon < 0 || authority.LastIndexOf(']') > colon ? authority : authority[..colon];
    }

    private VirtualHost? FindLower(ReadOnlySpan<char> host, out DomainKind kind)
    {
        if (_exact.TryGetValue(host, out int found))
        {
            kind = DomainKind.Exact;
            return _hosts[found];
        }

        foreach (Suffixes suffixes in _suffixes)
        {
            if (host.Length > suffixes.Length && suffixes.Hosts.TryGetValue(host[^suffixes.Length..], out found))
            {
                kind = DomainKind.Suffix;
                return _hosts[found];
            }
        }

        kind = _any < 0 ? DomainKind.None : DomainKind.Any;
        return _any < 0 ? null : _hosts[_any];
    }

    private static bool HaveTheSameDomains(ImmutableArray<VirtualHost> a, ImmutableArray<VirtualHost> b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]) && !a[i].Domains.AsSpan().SequenceEqual(b[i].Domains.AsSpan()))
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Suffixes(int Length, FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Hosts);
}
