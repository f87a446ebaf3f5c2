using System.Globalization;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a Sidecar.</summary>
internal static class SidecarValidator
{
    public static void Validate(Sidecar sidecar, ErrorList errors)
    {
        int line = sidecar.Source.Line;
        CommonRules.Selector(sidecar.WorkloadSelector, line, "spec.workloadSelector.labels", errors);
        for (int i = 0; i < sidecar.Ingress.Length; i++)
        {
            Ingress(sidecar.Ingress[i], line, $"spec.ingress[{i}]", errors);
        }

        for (int i = 0; i < sidecar.Egress.Length; i++)
        {
            EgressListener listener = sidecar.Egress[i];
            if (listener.Port is null && i < sidecar.Egress.Length - 1)
            {
                errors.Add(line, $"spec.egress[{i}]", "has no port and so takes all; only the last listener can");
            }

            Binding(listener, line, $"spec.egress[{i}]", errors);
            if (listener.Hosts.IsEmpty)
            {
                errors.Add(line, $"spec.egress[{i}].hosts", "is missing; a listener imports at least one host");
            }

            foreach (string host in listener.Hosts)
            {
                Host(host, line, $"spec.egress[{i}].hosts", errors);
            }
        }

        var ports = new HashSet<(string Bind, int Port)>();
        for (int i = 0; i < sidecar.Egress.Length; i++)
        {
            if (sidecar.Egress[i] is { Port.Number: > 0 } listener && !ports.Add((listener.Bind, listener.Port.Number)))
            {
                errors.Add(line, $"spec.egress[{i}].port", $"{listener.Port.Number} is another listener's port too");
            }
        }
    }

    private static void Binding(EgressListener listener, int line, string path, ErrorList errors)
    {
        if (listener.Port is not { } port)
        {
            return;
        }

        if (port.Protocol.Length > 0 && !MeshProtocols.IsKnown(port.Protocol))
        {
            errors.Add(line, $"{path}.port.protocol", $"\"{port.Protocol}\" is not a protocol");
        }

        if (port.Name.Length > 0 && !NameRules.IsDnsLabel(port.Name))
        {
            errors.Add(line, $"{path}.port.name", $"\"{port.Name}\" must be a DNS label: letters, digits and dashes");
        }

        const string Socket = "unix://";
        if (port.Number > 0)
        {
            if (listener.Bind.Length > 0 && !NameRules.IsAddress(listener.Bind))
            {
                errors.Add(line, $"{path}.bind", $"\"{listener.Bind}\" is not an address; a unix socket goes with port 0");
            }
        }
        else if (!listener.Bind.StartsWith(Socket, StringComparison.Ordinal))
        {
            errors.Add(line, $"{path}.bind", "must be unix://PATH where the port is 0");
        }
        else if (listener.Bind.Length == Socket.Length || listener.Bind[Socket.Length] is not ('/' or '@'))
        {
            errors.Add(line, $"{path}.bind", $"\"{listener.Bind}\" is not unix:// with an absolute path, or with @ and a name");
        }
    }

    private static void Ingress(IngressListener listener, int line, string path, ErrorList errors)
    {
        if (listener.Port is not { Number: > 0 })
        {
            errors.Add(line, $"{path}.port", "is missing");
        }

        if (listener.DefaultEndpoint.Length == 0 || listener.DefaultEndpoint.StartsWith("unix://", StringComparison.Ordinal))
        {
            return;
        }

        int colon = listener.DefaultEndpoint.LastIndexOf(':');
        string host = colon < 0 ? "" : listener.DefaultEndpoint[..colon];
        if (host is not ("127.0.0.1" or "0.0.0.0" or "[::1]" or "[::]") ||
            !int.TryParse(listener.DefaultEndpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
        {
            errors.Add(line, $"{path}.defaultEndpoint", $"\"{listener.DefaultEndpoint}\" must be a port of 127.0.0.1, 0.0.0.0, [::1] or [::], or unix:///path");
        }
    }

    private static void Host(string host, int line, string field, ErrorList errors)
    {
        string[] parts = host.Split('/');
        bool valid = parts.Length == 2 && (parts[0] is "." or "*" or "~" || NameRules.IsDnsLabel(parts[0])) && NameRules.IsWildcardHost(parts[1]);
        if (!valid)
        {
            errors.Add(line, field, $"\"{host}\" must be namespace/host, where the namespace can be \".\" or \"*\" and the host can start with a star");
        }
    }
}
