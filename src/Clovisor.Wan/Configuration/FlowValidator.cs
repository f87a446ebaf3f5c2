using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks the flow matches of an association.</summary>
internal static class FlowValidator
{
    public static void Validate(WanAssociation association, Dictionary<FlowMatch, string> claims, FindingList findings)
    {
        for (int i = 0; i < association.Flows.Length; i++)
        {
            FlowMatch flow = association.Flows[i];
            string path = $"spec.match.flows[{i}]";
            if (flow.IsEmpty)
            {
                findings.Add(ConfigurationErrorCodes.EmptyMatch, path, "the flow asks nothing, so every session would be meant; give destinations: [0.0.0.0/0] if that is so.");
                continue;
            }

            CheckPorts(flow, path, findings);
            CheckText(flow, path, findings);
            if (!claims.TryAdd(flow, association.Name))
            {
                findings.Add(
                    ConfigurationErrorCodes.DuplicateMatch,
                    path,
                    $"flow '{flow}' is claimed by association '{claims[flow]}' already, so it would be unclear whose links it takes; keep it in one place.");
            }
        }
    }

    private static void CheckPorts(FlowMatch flow, string path, FindingList findings)
    {
        for (int i = 0; i < flow.Ports.Length; i++)
        {
            if (flow.Ports[i].First == 0 || flow.Ports[i].Last < flow.Ports[i].First)
            {
                findings.Add(ConfigurationErrorCodes.OutOfRange, $"{path}.ports[{i}]", $"{flow.Ports[i]} is no range of ports; write 443 or 8000-8099, from 1 to 65535.");
            }
        }

        if (!flow.Ports.IsEmpty && !flow.Protocols.IsEmpty && !flow.Protocols.Any(static protocol => protocol is 6 or 17 or 132))
        {
            findings.Add(
                ConfigurationErrorCodes.Contradiction,
                $"{path}.ports",
                $"none of the protocols ({string.Join(", ", flow.Protocols.Select(IpProtocol.Show))}) has ports; remove ports or add tcp or udp.");
        }
    }

    private static void CheckText(FlowMatch flow, string path, FindingList findings)
    {
        Text(flow.Users, "users", static _ => true, "a user's name");
        Text(flow.Namespaces, "namespaces", static name => !name.Contains('*', StringComparison.Ordinal), "a namespace, without '*'");
        Text(flow.Pods, "pods", static name => name.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || star == name.Length - 1), "a pod's name, with '*' at its end alone");
        Text(
            flow.ServerNames,
            "sni",
            static name => !(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name).Contains('*', StringComparison.Ordinal),
            "a server name such as www.example.org, or *.example.org for all below it");
        for (int i = 0; i < flow.Headers.Length; i++)
        {
            if (flow.Headers[i].Name.Length == 0 || flow.Headers[i].Value.Length == 0)
            {
                findings.Add(ConfigurationErrorCodes.MalformedValue, $"{path}.headers", "a header needs a name and a value; '*' is a value and asks that the header is there.");
            }
        }

        void Text(IEnumerable<string> values, string field, Func<string, bool> wellFormed, string form)
        {
            int position = 0;
            foreach (string value in values)
            {
                if (value.Length == 0 || !wellFormed(value))
                {
                    findings.Add(ConfigurationErrorCodes.MalformedValue, $"{path}.{field}[{position}]", $"'{value}' is not understood; write {form}.");
                }

                position++;
            }
        }
    }
}
