using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>
/// Selects a virtual host by authority: lower-cased and without its port, 1. by exact domain, 2. by the longest suffix,
/// which must replace at least one character, 3. by <c>*</c>. Exactly one is consulted; there is no falling through to the next.
/// </summary>
internal sealed class VirtualHostIndex
{
    private readonly FrozenDictionary<string, VirtualHost>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Suffixes[] _suffixes;
    private readonly VirtualHost? _any;

    public VirtualHostIndex(ImmutableArray<VirtualHost> hosts)
    {
        var exact = new Dictionary<string, VirtualHost>(StringComparer.Ordinal);
        var suffixes = new Dictionary<string, VirtualHost>(StringComparer.Ordinal);
        foreach (VirtualHost host in hosts)
        {
            foreach (string domain in host.Domains)
            {
                if (domain == "*")
                {
                    _any ??= host;
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
        if (_exact.TryGetValue(host, out VirtualHost? found))
        {
            kind = DomainKind.Exact;
            return found;
        }

        foreach (Suffixes suffixes in _suffixes)
        {
            if (host.Length > suffixes.Length && suffixes.Hosts.TryGetValue(host[^suffixes.Length..], out found))
            {
                kind = DomainKind.Suffix;
                return found;
            }
        }

        kind = _any is null ? DomainKind.None : DomainKind.Any;
        return _any;
    }

    private readonly record struct Suffixes(int Length, FrozenDictionary<string, VirtualHost>.AlternateLookup<ReadOnlySpan<char>> Hosts);
}
