using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Checks <c>tls</c> and <c>tcp</c> rules.</summary>
internal static class ConnectionRouteValidator
{
    public static void Validate(VirtualService service, ErrorList errors)
    {
        for (int i = 0; i < service.Tls.Length; i++)
        {
            ConnectionRoute rule = service.Tls[i];
            if (rule.Match.IsEmpty)
            {
                errors.Add(rule.Line, $"spec.tls[{i}].match", "is missing: connections are told apart by the server name they ask for");
            }

            Rule(rule, $"spec.tls[{i}]", errors);
            for (int m = 0; m < rule.Match.Length; m++)
            {
                ServerNames(rule.Match[m], service.Hosts, $"spec.tls[{i}].match[{m}].sniHosts", errors);
            }
        }

        for (int i = 0; i < service.Tcp.Length; i++)
        {
            Rule(service.Tcp[i], $"spec.tcp[{i}]", errors);
        }
    }

    private static void Rule(ConnectionRoute rule, string path, ErrorList errors)
    {
        for (int m = 0; m < rule.Match.Length; m++)
        {
            ConnectionMatch match = rule.Match[m];
            string field = $"{path}.match[{m}]";
            foreach (string subnet in match.DestinationSubnets.Where(static s => !NameRules.IsAddressOrRange(s)))
            {
                errors.Add(match.Line, $"{field}.destinationSubnets", $"\"{subnet}\" is neither an address nor a range such as 10.0.0.0/8");
            }

            CommonRules.Labels(match.SourceLabels, match.Line, $"{field}.sourceLabels", errors);
            CommonRules.Gateways(match.Gateways, match.Line, $"{field}.gateways", errors);
            if (match.SourceNamespace.Length > 0 && !NameRules.IsDnsLabel(match.SourceNamespace))
            {
                errors.Add(match.Line, $"{field}.sourceNamespace", $"\"{match.SourceNamespace}\" is not a namespace");
            }
        }

        if (rule.Route.IsEmpty)
        {
            errors.Add(rule.Line, $"{path}.route", "is missing; a rule for connections sends them somewhere");
        }

        for (int i = 0; i < rule.Route.Length; i++)
        {
            CommonRules.Destination(rule.Route[i].Destination, rule.Line, $"{path}.route[{i}].destination", errors);
        }

        if (rule.Route.Length > 1 && rule.Route.Sum(static r => (long)r.Weight) == 0)
        {
            errors.Add(rule.Line, $"{path}.route", "has several destinations and no weight above 0: nothing would be forwarded");
        }
    }

    private static void ServerNames(ConnectionMatch match, ImmutableArray<string> hosts, string field, ErrorList errors)
    {
        if (match.SniHosts.IsEmpty)
        {
            errors.Add(match.Line, field, "is missing; name at least one server");
        }

        foreach (string name in match.SniHosts)
        {
            if (!NameRules.IsWildcardHost(name))
            {
                errors.Add(match.Line, field, $"\"{name}\" is not a host name; a star can only be the first label");
            }
            else if (!hosts.Any(host => HostName.IsSubsetOf(name, host)))
            {
                errors.Add(match.Line, field, $"\"{name}\" is not among the object's hosts {string.Join(", ", hosts)}");
            }
        }
    }
}
