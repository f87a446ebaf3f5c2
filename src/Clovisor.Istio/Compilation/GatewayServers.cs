using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>What a gateway's server does with connections.</summary>
internal enum ServerRole
{
    /// <summary>Plain HTTP; all servers of the port share a table.</summary>
    Http,

    /// <summary>HTTP inside TLS, which ends here; each server has a table.</summary>
    Https,

    /// <summary>TCP, or TCP inside TLS that ends here.</summary>
    Tcp,

    /// <summary>TLS that is passed on by server name.</summary>
    Passthrough,

    /// <summary>TLS between proxies of the mesh, passed on by the cluster in its server name.</summary>
    AutoPassthrough,
}

/// <summary>A server that a proxy really serves.</summary>
/// <param name="Gateway">The gateway, as <c>namespace/name</c>.</param>
/// <param name="Server">The server, its hosts with namespaces instead of dots.</param>
/// <param name="ListenerPort">The port that the proxy listens on: that of the pods behind the service's port.</param>
/// <param name="Role">What it does.</param>
/// <param name="Table">The name of its route table, or an empty string.</param>
internal sealed record BoundServer(string Gateway, GatewayServer Server, int ListenerPort, ServerRole Role, string Table)
{
    /// <summary>Gets the server names that it is chosen by; empty without TLS, and where it serves every host.</summary>
    public ImmutableArray<string> ServerNames => Server.TlsMode is null ? [] : ConnectionChainBuilder.ServerNames([.. Server.Hosts.Select(static h => h[(h.IndexOf('/', StringComparison.Ordinal) + 1)..])]);
}

/// <summary>
/// Joins the servers of all gateways of a proxy. Per port the first server says what is spoken: plain HTTP joins with plain HTTP, plain TCP with nothing, and TLS
/// with anything up to the first plain server, except that two servers with TLS must not have a host in common. What does not fit falls out.
/// </summary>
internal static class GatewayServers
{
    public static List<BoundServer> Of(MeshModel model, IstioProxy proxy)
    {
        var bound = new List<BoundServer>();
        var first = new Dictionary<int, GatewayServer>();
        var elsewhere = new Dictionary<(int Port, string Bind), ServerRole>();
        var tlsHosts = new Dictionary<int, Dictionary<string, string>>();
        var tables = new HashSet<string>(StringComparer.Ordinal);
        var workload = new GatewayWorkload(model, proxy);
        foreach (Gateway gateway in workload.Gateways())
        {
            foreach (GatewayServer written in gateway.Servers)
            {
                GatewayServer server = Localized(written, gateway.Namespace);
                ServerRole role = RoleOf(server);
                foreach (int port in workload.ListenerPorts(gateway, server.Port.Number))
                {
                    string table = Table(gateway, server, role, port);
                    if (IsAdmitted(server, role, port, table, first, elsewhere, tlsHosts, tables))
                    {
                        bound.Add(new BoundServer(gateway.Key.ToString(), server, port, role, table));
                    }
                }
            }
        }

        return bound;
    }

    private static bool IsAdmitted(GatewayServer server, ServerRole role, int port, string table, Dictionary<int, GatewayServer> first, Dictionary<(int Port, string Bind), ServerRole> elsewhere, Dictionary<int, Dictionary<string, string>> tlsHosts, HashSet<string> tables)
    {
        // Two servers with TLS must not have a host in common.
        if (server.TlsMode is not null && !Claim(server, port, tlsHosts))
        {
            return false;
        }

        if (first.TryAdd(port, server))
        {
            tables.Add(table);
            return true;
        }

        if (!IsTls(first[port]))
        {
            // At another address it is another listener, where again the first says what is spoken.
            ServerRole spoken = RoleOf(first[port]);
            if (server.Bind == first[port].Bind || IsTls(server))
            {
                return server.Bind != first[port].Bind || (role == ServerRole.Http && spoken == ServerRole.Http);
            }

            return elsewhere.TryAdd((port, server.Bind), role) || elsewhere[(port, server.Bind)] == role;
        }

        if (role is ServerRole.Http or ServerRole.Https && !tables.Add(table))
        {
            return false;
        }

        // From a plain server on, the port is a plain one.
        if (!IsTls(server))
        {
            first[port] = server;
        }

        return true;
    }

    private static bool Claim(GatewayServer server, int port, Dictionary<int, Dictionary<string, string>> tlsHosts)
    {
        if (!tlsHosts.TryGetValue(port, out Dictionary<string, string>? known))
        {
            tlsHosts[port] = known = new Dictionary<string, string>(StringComparer.Ordinal);
        }

        if (server.Hosts.Any(h => known.TryGetValue(h, out string? bind) && bind == server.Bind))
        {
            return false;
        }

        foreach (string host in server.Hosts)
        {
            known[host] = server.Bind;
        }

        return true;
    }

    // Plain HTTP may have a TLS section that redirects to https.
    private static bool IsTls(GatewayServer server) => server.TlsMode is not null && MeshProtocols.Parse(server.Port.Protocol) != MeshProtocol.Http;

    private static ServerRole RoleOf(GatewayServer server)
    {
        if (MeshProtocols.Parse(server.Port.Protocol) == MeshProtocol.Http)
        {
            return ServerRole.Http;
        }

        return server.TlsMode switch
        {
            "AUTO_PASSTHROUGH" => ServerRole.AutoPassthrough,
            "PASSTHROUGH" or "" => ServerRole.Passthrough,
            not null when server.Port.Protocol.Equals("HTTPS", StringComparison.OrdinalIgnoreCase) => ServerRole.Https,
            _ => ServerRole.Tcp,
        };
    }

    private static GatewayServer Localized(GatewayServer server, string scope) =>
        server with
        {
            // "*/*" makes the whole list "*".
            Hosts = server.Hosts.Contains("*/*") ? ["*"] : [.. server.Hosts.Select(h => h.StartsWith("./", StringComparison.Ordinal) ? scope + h[1..] : h.StartsWith("*/", StringComparison.Ordinal) ? h[2..] : h)],
        };

    private static string Table(Gateway gateway, GatewayServer server, ServerRole role, int port)
    {
        string number = (role == ServerRole.Https ? server.Port.Number : port).ToString(CultureInfo.InvariantCulture);
        string bind = server.Bind.Length > 0 ? $".{server.Bind}" : "";
        return role switch
        {
            ServerRole.Http => $"http.{number}{bind}",
            ServerRole.Https => $"https.{number}.{server.Port.Name}.{gateway.Name}.{gateway.Namespace}{bind}",
            _ => "",
        };
    }
}
