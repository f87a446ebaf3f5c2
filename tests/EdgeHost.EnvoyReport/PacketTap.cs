using System.Net;
using System.Text.Json;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>Every packet that arrives at the cloud, counted by the kernel's packet filter: by link, sender, DSCP and kind. Nothing of Clovisor runs there.</summary>
internal sealed class PacketTap(LabNames names)
{
    private const string Table = "clovisor_envoy_report";
    private const string Resets = "clovisor_envoy_report_resets";

    public Task InstallAsync(CancellationToken cancellationToken) => Namespaces.NftAsync(
        names.Cloud,
        $$"""
        table inet {{Table}} {
          set every_packet { typeof iifname . ip saddr . tcp sport . ip dscp; flags dynamic; size 65535; counter; }
          set every_syn { typeof iifname . ip saddr . tcp sport . ip dscp; flags dynamic; size 65535; counter; }
          set every_data { typeof iifname . ip saddr . tcp sport . ip dscp; flags dynamic; size 65535; counter; }
          chain in {
            type filter hook prerouting priority -300;
            iifname { "wan0", "wan1" } tcp dport { 80, 81 } update @every_packet { iifname . ip saddr . tcp sport . ip dscp }
            iifname { "wan0", "wan1" } tcp dport { 80, 81 } tcp flags & (syn | ack) == syn update @every_syn { iifname . ip saddr . tcp sport . ip dscp }
            iifname { "wan0", "wan1" } tcp dport { 80, 81 } ip length > 100 update @every_data { iifname . ip saddr . tcp sport . ip dscp }
          }
        }

        """,
        cancellationToken);

    /// <summary>Has the server's node answer one in so many packets with a request by a reset, or none any more.</summary>
    public Task ResetOneInAsync(int packets, CancellationToken cancellationToken) => Namespaces.NftAsync(
        names.Cloud,
        $"table inet {Resets} {{ }}\ndelete table inet {Resets}\n" + (packets == 0 ? "" : $$"""
        table inet {{Resets}} {
          chain in {
            type filter hook input priority 0;
            tcp dport { 80, 81 } ip length > 100 numgen random mod {{packets}} == 0 reject with tcp reset
          }
        }

        """),
        cancellationToken);

    /// <summary>Forgets what was counted.</summary>
    public Task ClearAsync(CancellationToken cancellationToken) =>
        Namespaces.NftAsync(names.Cloud, $"flush set inet {Table} every_packet\nflush set inet {Table} every_syn\nflush set inet {Table} every_data\n", cancellationToken);

    public async Task<IReadOnlyList<SeenPackets>> ReadAsync(CancellationToken cancellationToken)
    {
        string json = await Tool.RunAsync("ip", ["netns", "exec", names.Cloud, "nft", "-j", "list", "table", "inet", Table], null, cancellationToken).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(json);
        List<SeenPackets> seen = [];
        foreach (JsonElement item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!item.TryGetProperty("set", out JsonElement set) || !set.TryGetProperty("elem", out JsonElement elements))
            {
                continue;
            }

            PacketKind kind = set.GetProperty("name").GetString() switch { "every_syn" => PacketKind.Syn, "every_data" => PacketKind.Data, _ => PacketKind.Any };
            seen.AddRange(elements.EnumerateArray().Select(wrapped => wrapped.GetProperty("elem")).Select(element =>
            {
                JsonElement key = element.GetProperty("val").GetProperty("concat");
                return new SeenPackets(
                    key[0].GetString()!, new IPEndPoint(IPAddress.Parse(key[1].GetString()!), key[2].GetInt32()), key[3].ToString(), kind,
                    element.GetProperty("counter").GetProperty("packets").GetInt64());
            }));
        }

        return seen;
    }
}

/// <summary>Packets of one sender on one link.</summary>
internal readonly record struct SeenPackets(string Device, IPEndPoint Peer, string Dscp, PacketKind Kind, long Count);

/// <summary>SYNs and packets with a request in them are among all packets.</summary>
internal enum PacketKind
{
    Any,
    Syn,
    Data,
}
