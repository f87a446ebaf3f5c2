using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a Sidecar.</summary>
internal static class SidecarValidator
{
    public static void Validate(Sidecar sidecar, ErrorList errors)
    {
        int line = sidecar.Source.Line;
        for (int i = 0; i < sidecar.Egress.Length; i++)
        {
            EgressListener listener = sidecar.Egress[i];
            if (listener.Port is null && i < sidecar.Egress.Length - 1)
            {
                errors.Add(line, $"spec.egress[{i}]", "has no port and so takes all; only the last listener can");
            }

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
