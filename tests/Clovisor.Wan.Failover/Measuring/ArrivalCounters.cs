using System.Text.Json;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>How many datagrams of the flood arrived in the cloud, by link: counted by the kernel's packet filter there, before anything else sees them.</summary>
internal sealed class ArrivalCounters(EdgeLab lab)
{
    public const int Port = 9000;
    private const string Table = "clovisor_failover";

    public Task InstallAsync(CancellationToken cancellationToken) => Namespaces.NftAsync(
        lab.Names.Cloud,
        $"table inet {Table} {{\n" +
        string.Concat(lab.Links.Select(link => $"counter {link.Device} {{ }}\n")) +
        // Dropped once counted: nobody listens, and answers that say so would reach the sender.
        "chain in { type filter hook prerouting priority -500;\n" +
        string.Concat(lab.Links.Select(link => $"iifname \"{link.Device}\" udp dport {Port} counter name {link.Device} drop\n")) +
        "}\n}\n",
        cancellationToken);

    public async Task<IReadOnlyDictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        string json = await Tool.RunAsync("ip", ["netns", "exec", lab.Names.Cloud, "nft", "-j", "list", "table", "inet", Table], null, cancellationToken).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty("counter", out _))
            .Select(item => item.GetProperty("counter"))
            .ToDictionary(counter => counter.GetProperty("name").GetString()!, counter => counter.GetProperty("packets").GetInt64());
    }
}
