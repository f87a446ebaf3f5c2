namespace Clovisor.EdgeHost.Lab;

/// <summary>Commands in a network namespace.</summary>
internal static class Namespaces
{
    /// <summary>Runs a list of <c>ip</c> commands, one a line, in one process.</summary>
    /// <param name="space">The namespace, or null for the one we are in.</param>
    public static Task<string> IpAsync(string? space, string commands, CancellationToken cancellationToken = default) =>
        Tool.RunAsync("ip", space is null ? ["-batch", "-"] : ["-n", space, "-batch", "-"], commands, cancellationToken);

    public static Task<string> NftAsync(string space, string commands, CancellationToken cancellationToken = default) =>
        Tool.RunAsync("ip", ["netns", "exec", space, "nft", "-f", "-"], commands, cancellationToken);

    /// <summary>Sets kernel parameters of the namespace, never those of the machine.</summary>
    public static Task<string> SysctlAsync(string space, IEnumerable<(string Path, int Value)> values, CancellationToken cancellationToken = default) =>
        Tool.RunAsync(
            "ip", ["netns", "exec", space, "sh", "-e"],
            string.Concat(values.Select(v => $"echo {v.Value} > /proc/sys/net/{v.Path}\n")), cancellationToken);

    public static bool Exists(string space) => File.Exists($"/run/netns/{space}") || File.Exists($"/var/run/netns/{space}");
}
