using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Gives each host and each domain to the first that claims it. Rules for one host are never merged in a sidecar.</summary>
internal sealed class DomainClaims(IstioProxy proxy, MeshSettings mesh, int port, TableMemo memo, List<DroppedRule> dropped)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _domains = new(StringComparer.OrdinalIgnoreCase);

    public List<VirtualHost> Assign(List<Claim> claims)
    {
        // A short form of one service's name must not take the full name of another.
        HashSet<string> fullNames = [.. claims.SelectMany(static c => c.Services).Select(static s => s.Host)];
        var hosts = new List<VirtualHost>();
        foreach (Claim claim in claims)
        {
            foreach (string host in claim.Hosts)
            {
                Add(hosts, claim, host, [(ServiceDomains.Bracket(host), false)], fullNames);
            }

            foreach (MeshService service in claim.Services)
            {
                Add(hosts, claim, service.Host, ServiceDomains.Of(service, proxy.Namespace, mesh.ClusterDomain), fullNames);
            }
        }

        return hosts;
    }

    private void Add(List<VirtualHost> hosts, Claim claim, string host, List<(string Domain, bool Alternative)> domains, HashSet<string> fullNames)
    {
        string name = $"{host}:{port}";
        ImmutableArray<string> free = _names.Add(name)
            ? [.. domains.Where(d => !(d.Alternative && fullNames.Contains(d.Domain)) && _domains.Add(d.Domain)).Select(static d => d.Domain)]
            : [];
        if (!free.IsEmpty)
        {
            hosts.Add(memo.Host(name, free, claim.Routes, false));
        }
        else if (claim.Rule is { } rule)
        {
            dropped.Add(new DroppedRule(rule.Key, -1, -1, $"an earlier rule or service has the host {host} already, and rules are not merged in a sidecar", rule.Resource.Source));
        }
    }
}
