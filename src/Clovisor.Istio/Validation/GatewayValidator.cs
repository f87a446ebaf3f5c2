using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a Gateway.</summary>
internal static class GatewayValidator
{
    private static readonly string[] Protocols = ["HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB", "MONGO", "REDIS", "MYSQL", "TCP", "TLS"];

    public static void Validate(Gateway gateway, ErrorList errors)
    {
        if (!NameRules.IsDnsLabel(gateway.Name))
        {
            errors.Add(gateway.Source.Line, "metadata.name", $"\"{gateway.Name}\" must be a DNS label: rules name gateways by it");
        }

        if (gateway.Servers.IsEmpty)
        {
            errors.Add(gateway.Source.Line, "spec.servers", "is missing; a gateway has at least one");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < gateway.Servers.Length; i++)
        {
            GatewayServer server = gateway.Servers[i];
            Server(server, $"spec.servers[{i}]", errors);
            if (server.Port.Name.Length > 0 && !names.Add(server.Port.Name))
            {
                errors.Add(server.Line, $"spec.servers[{i}].port.name", $"\"{server.Port.Name}\" is the name of another server's port; names must differ");
            }
        }
    }

    private static void Server(GatewayServer server, string path, ErrorList errors)
    {
        if (server.Port.Number == 0)
        {
            errors.Add(server.Line, $"{path}.port.number", "is missing");
        }

        if (server.Port.Name.Length == 0)
        {
            errors.Add(server.Line, $"{path}.port.name", "is missing");
        }

        string protocol = server.Port.Protocol.ToUpperInvariant();
        if (!Protocols.Contains(protocol))
        {
            errors.Add(server.Line, $"{path}.port.protocol", $"\"{server.Port.Protocol}\" is not a protocol; known are {string.Join(", ", Protocols)}");
        }

        if (protocol is "HTTPS" or "TLS" && server.TlsMode is null)
        {
            errors.Add(server.Line, $"{path}.tls", $"is missing: a port of protocol {protocol} needs it");
        }
        else if (protocol is not ("HTTPS" or "TLS") && server.TlsMode is not null && (EndsTls(server) || protocol is not ("HTTP" or "HTTP2" or "GRPC" or "GRPC-WEB")))
        {
            errors.Add(server.Line, $"{path}.tls", $"cannot stand at a port of protocol {protocol}, except for httpsRedirect where the protocol is of HTTP");
        }

        if (MissingMaterial(server) is { Length: > 0 } missing)
        {
            errors.Add(server.Line, $"{path}.tls", $"of mode {server.TlsMode} needs credentialName, or {missing} beside what it has");
        }

        if (server is { TlsMode: "ISTIO_MUTUAL", Material: not TlsMaterial.None })
        {
            errors.Add(server.Line, $"{path}.tls", "of mode ISTIO_MUTUAL has the mesh's certificates and takes no other");
        }

        if (server.Bind.Length > 0 && !NameRules.IsAddress(server.Bind))
        {
            errors.Add(server.Line, $"{path}.bind", $"\"{server.Bind}\" is not an address");
        }

        if (server.Hosts.IsEmpty)
        {
            errors.Add(server.Line, $"{path}.hosts", "is missing; a server has at least one host, which may be *");
        }

        foreach (string host in server.Hosts)
        {
            string[] parts = host.Split('/');
            bool scope = parts.Length == 1 || (parts.Length == 2 && (parts[0] is "." or "*" || NameRules.IsDnsLabel(parts[0])));
            if (!scope || !(NameRules.IsWildcardHost(parts[^1]) || NameRules.IsAddress(parts[^1])))
            {
                errors.Add(server.Line, $"{path}.hosts", $"\"{host}\" must be a host or namespace/host; a star can only be the first label");
            }
        }
    }

    private static bool EndsTls(GatewayServer server) =>
        server.TlsMode is not ("" or "PASSTHROUGH" or "AUTO_PASSTHROUGH") || (server.Material & (TlsMaterial.ServerCertificate | TlsMaterial.PrivateKey)) != 0;

    private static string MissingMaterial(GatewayServer server)
    {
        TlsMaterial needed = server.TlsMode switch
        {
            "SIMPLE" => TlsMaterial.ServerCertificate | TlsMaterial.PrivateKey,
            "MUTUAL" or "OPTIONAL_MUTUAL" => TlsMaterial.ServerCertificate | TlsMaterial.PrivateKey | TlsMaterial.Authorities,
            _ => TlsMaterial.None,
        };
        TlsMaterial missing = server.Material.HasFlag(TlsMaterial.Credential) ? TlsMaterial.None : needed & ~server.Material;
        (TlsMaterial Part, string Name)[] names = [(TlsMaterial.ServerCertificate, "serverCertificate"), (TlsMaterial.PrivateKey, "privateKey"), (TlsMaterial.Authorities, "caCertificates")];
        return string.Join(" and ", names.Where(n => missing.HasFlag(n.Part)).Select(static n => n.Name));
    }
}
