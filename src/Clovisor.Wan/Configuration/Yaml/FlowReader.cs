using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads the flows of a match.</summary>
internal static class FlowReader
{
    private const string NetworkHint = "write a network such as 10.0.0.0/8 or 2001:db8::/32 whose host bits are zero, or one address";

    public static IEnumerable<FlowMatch> Read(FieldReader match)
    {
        foreach ((YamlValue item, string path) in match.Items("flows"))
        {
            if (match.AsMapping(item, path, "write - { destinations: [10.0.0.0/8], ports: [443] }") is not { } flow)
            {
                continue;
            }

            yield return new FlowMatch
            {
                Users = flow.List<string>("users", Text, "name users"),
                Headers = Headers(flow),
                Sources = flow.List<IPNetwork>("sources", TryNetwork, NetworkHint),
                Destinations = flow.List<IPNetwork>("destinations", TryNetwork, NetworkHint),
                Ports = flow.List<PortRange>("ports", PortRange.TryParse, "write a port such as 443 or a range such as 8000-8099, from 1 to 65535"),
                Protocols = flow.List<byte>("protocols", IpProtocol.TryParse, IpProtocol.Hint),
                Namespaces = flow.List<string>("namespaces", Text, "name Kubernetes namespaces"),
                Pods = flow.List<string>("pods", Text, "name pods; '*' at the end stands for any end"),
                ServerNames = flow.List<string>("sni", Text, "write server names such as www.example.org or *.example.org"),
            };
            flow.Finish();
        }
    }

    public static bool TryNetwork(string text, out IPNetwork network)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            // IPNetwork clears host bits without a word; whoever wrote them meant something else.
            return IPNetwork.TryParse(text, out network) && IPAddress.TryParse(text[..text.IndexOf('/', StringComparison.Ordinal)], out IPAddress? given)
                && given.Equals(network.BaseAddress);
        }

        network = default;
        if (!IPAddress.TryParse(text, out IPAddress? address) || (!text.Contains(':', StringComparison.Ordinal) && address.ToString() != text))
        {
            return false;
        }

        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    private static ImmutableArray<HeaderMatch> Headers(FieldReader flow)
    {
        if (flow.Nested("headers", "write headers: { x-class: gold }") is not { } headers)
        {
            return [];
        }

        ImmutableArray<HeaderMatch>.Builder read = ImmutableArray.CreateBuilder<HeaderMatch>();
        foreach ((YamlScalar key, YamlValue value) in headers.AllFields())
        {
            if (headers.TryScalar(value, headers.PathOf(key.Text), Text, "write the value of the header", out string text))
            {
                read.Add(new HeaderMatch(key.Text, text));
            }
        }

        return read.ToImmutable();
    }

    private static bool Text(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }
}
