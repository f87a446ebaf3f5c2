using System.Net;
using System.Net.Sockets;

namespace Clovisor.Istio.Hosts;

/// <summary>The names a client may address a service by.</summary>
internal static class ServiceDomains
{
    /// <summary>Gets the names; those marked as alternatives give way to a service that really has that name.</summary>
    public static List<(string Domain, bool Alternative)> Of(MeshService service, string proxyNamespace, string clusterDomain)
    {
        var names = new List<(string, bool)>();
        foreach (string host in (ReadOnlySpan<string>)[service.Host, .. service.Aliases])
        {
            names.Add((host, false));
            names.Add(($"{host}.", false));
            names.AddRange(Alternatives(host, proxyNamespace, clusterDomain).Select(static alternative => (alternative, true)));
        }

        if (service is { IsKubernetes: true, IsHeadless: true })
        {
            names.AddRange(names.Select(static n => ($"*.{n.Item1}", n.Item2)).ToList());
        }

        // Each address of an entry is a service to Istio, and one of them has the host.
        foreach (string address in service.IsKubernetes ? service.Addresses : service.Addresses.Take(1))
        {
            names.Add((Bracket(address), false));
        }

        return names;
    }

    /// <summary>Puts an IPv6 address into brackets, as an authority has it.</summary>
    public static string Bracket(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;

    // name.namespace.svc.domain: within the namespace also by the bare name.
    private static IEnumerable<string> Alternatives(string host, string proxyNamespace, string clusterDomain)
    {
        if (HostName.IsWildcard(host) || !host.EndsWith($".svc.{clusterDomain}", StringComparison.Ordinal))
        {
            yield break;
        }

        string scoped = host[..host.IndexOf(".svc.", StringComparison.Ordinal)];
        int dot = scoped.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
        {
            yield break;
        }

        if (scoped[(dot + 1)..] == proxyNamespace)
        {
            yield return scoped[..dot];
        }

        yield return $"{scoped}.svc";
        yield return scoped;
    }
}
