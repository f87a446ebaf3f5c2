using System.Net;
using System.Text.Json;

namespace Clovisor.EdgeHost.Lab;

/// <summary>The truth about bytes: counters of the kernel's packet filter on the cloud's devices, one for every connection and device.</summary>
/// <remarks>Independent of Clovisor: nothing here reads its maps, and nothing of it runs in that namespace.</remarks>
internal sealed class WanTap(LabNames names, IReadOnlyList<LabLink> links)
{
    private const string Table = "clovisor_lab_tap";

    public Task InstallAsync(CancellationToken cancellationToken)
    {
        string devices = "{ " + string.Join(", ", links.Select(l => $"\"{l.Device}\"")) + " }";
        string Set(string name, string direction, string family) =>
            direction == "up"
                ? $"set {name} {{ typeof iifname . {family} saddr . tcp sport . {family} daddr . tcp dport; flags dynamic; size 65535; counter; }}\n"
                : $"set {name} {{ typeof oifname . {family} daddr . tcp dport . {family} saddr . tcp sport; flags dynamic; size 65535; counter; }}\n";
        string ports = $"{{ {LabAddresses.ServicePort}, {LabAddresses.GatewayPort} }}";
        string Up(string family, string net) =>
            $"iifname {devices} meta nfproto {net} tcp dport {ports} update @up_{net} {{ iifname . {family} saddr . tcp sport . {family} daddr . tcp dport }}\n";
        string Down(string family, string net) =>
            $"oifname {devices} meta nfproto {net} tcp sport {ports} update @down_{net} {{ oifname . {family} daddr . tcp dport . {family} saddr . tcp sport }}\n";

        return Namespaces.NftAsync(
            names.Cloud,
            $"table inet {Table} {{\n" +
            Set("up_ipv4", "up", "ip") + Set("up_ipv6", "up", "ip6") + Set("down_ipv4", "down", "ip") + Set("down_ipv6", "down", "ip6") +
            $"chain in {{ type filter hook prerouting priority -300;\n{Up("ip", "ipv4")}{Up("ip6", "ipv6")}}}\n" +
            $"chain out {{ type filter hook postrouting priority 300;\n{Down("ip", "ipv4")}{Down("ip6", "ipv6")}}}\n}}\n",
            cancellationToken);
    }

    /// <summary>Everything counted since the lab was made.</summary>
    public async Task<IReadOnlyList<FlowBytes>> ReadAsync(CancellationToken cancellationToken) =>
        Parse(await Tool.RunAsync("ip", ["netns", "exec", names.Cloud, "nft", "-j", "list", "table", "inet", Table], null, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads the packet filter's own JSON.</summary>
    internal static IReadOnlyList<FlowBytes> Parse(string json)
    {
        var flows = new Dictionary<(string, IPEndPoint, IPEndPoint), (long Up, long Down)>();
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!item.TryGetProperty("set", out JsonElement set) || !set.TryGetProperty("elem", out JsonElement elements))
            {
                continue;
            }

            bool up = set.GetProperty("name").GetString()!.StartsWith("up", StringComparison.Ordinal);
            foreach (JsonElement wrapped in elements.EnumerateArray())
            {
                JsonElement element = wrapped.GetProperty("elem");
                JsonElement key = element.GetProperty("val").GetProperty("concat");
                (string, IPEndPoint, IPEndPoint) name = (key[0].GetString()!, EndPoint(key[1], key[2]), EndPoint(key[3], key[4]));
                long bytes = element.GetProperty("counter").GetProperty("bytes").GetInt64();
                (long Up, long Down) sum = flows.GetValueOrDefault(name);
                flows[name] = up ? (sum.Up + bytes, sum.Down) : (sum.Up, sum.Down + bytes);
            }
        }

        return [.. flows.Select(f => new FlowBytes(f.Key.Item1, f.Key.Item2, f.Key.Item3, f.Value.Up, f.Value.Down))];
    }

    private static IPEndPoint EndPoint(JsonElement address, JsonElement port) => new(IPAddress.Parse(address.GetString()!), port.GetInt32());
}
