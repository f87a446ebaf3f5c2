using System.Collections.Immutable;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Compilation;

/// <summary>The hosts an egress listener imports, by namespace.</summary>
internal sealed class EgressImports
{
    private readonly Dictionary<string, List<string>> _byNamespace = new(StringComparer.Ordinal);
    private readonly bool _none;

    public EgressImports(ImmutableArray<string> hosts, string proxyNamespace)
    {
        foreach (string host in hosts)
        {
            int slash = host.IndexOf('/', StringComparison.Ordinal);
            string scope = slash < 0 ? "*" : host[..slash];
            scope = scope == "." ? proxyNamespace : scope;

            // "~/…" is nothing at all, whatever else is listed.
            _none |= scope == "~";
            if (!_byNamespace.TryGetValue(scope, out List<string>? list))
            {
                _byNamespace[scope] = list = [];
            }

            list.Add(host[(slash + 1)..]);
        }
    }

    /// <summary>Says whether a service is imported, by an entry for its namespace or for all.</summary>
    public bool Includes(string scope, string host) => For(scope).Any(import => HostName.IsSubsetOf(host, import));

    /// <summary>Says whether a rule is imported: one host is enough, and then it comes in whole.</summary>
    public bool Includes(ResolvedService rule) =>
        For(rule.Resource.Namespace).Any(import => rule.Hosts.Any(host => rule.Resource.IsGatewayApi ? HostName.IsSubsetOf(host, import) : HostName.Matches(host, import)));

    private IEnumerable<string> For(string scope) => _none ? [] :
        (_byNamespace.GetValueOrDefault(scope) ?? []).Concat(_byNamespace.GetValueOrDefault("*") ?? []);
}
