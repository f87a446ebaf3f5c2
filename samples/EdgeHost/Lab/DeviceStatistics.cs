using System.Text.Json;

namespace Clovisor.EdgeHost.Lab;

/// <summary>The kernel's counters of a whole device: they bound what any finer count may claim.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Sent">Bytes sent, Ethernet headers included.</param>
/// <param name="Received">Bytes received, Ethernet headers included.</param>
internal sealed record DeviceStatistics(string Device, long Sent, long Received)
{
    public static async Task<IReadOnlyList<DeviceStatistics>> ReadAsync(string space, CancellationToken cancellationToken)
    {
        string json = await Tool.RunAsync("ip", ["-n", space, "-j", "-s", "link", "show"], null, cancellationToken).ConfigureAwait(false);
        using JsonDocument document = JsonDocument.Parse(json);
        return
        [
            .. from link in document.RootElement.EnumerateArray()
               where link.TryGetProperty("stats64", out _)
               let statistics = link.GetProperty("stats64")
               select new DeviceStatistics(
                   link.GetProperty("ifname").GetString()!,
                   statistics.GetProperty("tx").GetProperty("bytes").GetInt64(),
                   statistics.GetProperty("rx").GetProperty("bytes").GetInt64()),
        ];
    }
}
