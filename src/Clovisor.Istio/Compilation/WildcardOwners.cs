using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>Finds the one rule that speaks for a service: the first with its exact host, else the first with the longest wildcard.</summary>
internal sealed class WildcardOwners
{
    private readonly Dictionary<string, ObjectKey> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ObjectKey> _wildcards = new(StringComparer.Ordinal);

    public WildcardOwners(IEnumerable<ResolvedService> rules)
    {
        foreach (ResolvedService rule in rules)
        {
            foreach (string host in rule.Hosts)
            {
                (HostName.IsWildcard(host) ? _wildcards : _exact).TryAdd(host, rule.Key);
            }
        }
    }

    public ObjectKey? OwnerOf(string host)
    {
        if (_exact.TryGetValue(host, out ObjectKey exact))
        {
            return exact;
        }

        string? best = null;
        foreach (string wildcard in _wildcards.Keys)
        {
            if (HostName.IsSubsetOf(host, wildcard) && (best is null || HostName.CompareSpecificity(wildcard, best) < 0))
            {
                best = wildcard;
            }
        }

        return best is null ? null : _wildcards[best];
    }
}
