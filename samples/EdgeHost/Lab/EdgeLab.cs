namespace Clovisor.EdgeHost.Lab;

/// <summary>
/// Three network namespaces: an application, an edge node with two to four WAN links, and the cloud behind them.
/// <code>
/// clv-app ──eth0/lan0── clv-edge ═══wan0═══ clv-cloud (service address on lo)
///                                ═══wan1═══
/// </code>
/// </summary>
/// <remarks>Disposal removes all of it, also when it was half made.</remarks>
internal sealed class EdgeLab : IAsyncDisposable
{
    private readonly LabLock _lock;

    private EdgeLab(LabNames names, IReadOnlyList<LabLink> links, LabLock held)
    {
        Names = names;
        Links = links;
        _lock = held;
        Faults = new LinkFaults(names);
        Tap = new WanTap(names, links);
    }

    public LabNames Names { get; }

    public IReadOnlyList<LabLink> Links { get; }

    public LinkFaults Faults { get; }

    public WanTap Tap { get; }

    /// <summary>What an earlier lab of the same names had left behind and this one removed; empty most of the time.</summary>
    public IReadOnlyList<string> Swept { get; private set; } = [];

    public static Task<EdgeLab> CreateAsync(LabNames names, CancellationToken cancellationToken) =>
        CreateAsync(names, LabAddresses.Links, cancellationToken);

    /// <param name="links">Two to four of <see cref="LabAddresses.All"/>.</param>
    public static async Task<EdgeLab> CreateAsync(LabNames names, IReadOnlyList<LabLink> links, CancellationToken cancellationToken)
    {
        LabLock held = LabLock.Take(names);
        var lab = new EdgeLab(names, links, held);
        try
        {
            lab.Swept = await LabResidue.RemoveAsync(names, cancellationToken).ConfigureAwait(false);
            await lab.BuildAsync(cancellationToken).ConfigureAwait(false);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Removal is owed whatever stopped the run, so no token.
            await LabResidue.RemoveAsync(Names, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        foreach (string folder in new[] { Names.ConfigDirectory, Names.LogDirectory, Names.ProcessDirectory, Names.BpfDirectory })
        {
            Directory.CreateDirectory(folder);
        }

        await Tool.RunAsync("mount", ["-t", "bpf", "-o", "mode=0700", "clovisor-lab", Names.BpfDirectory], null, cancellationToken).ConfigureAwait(false);
        await Namespaces.IpAsync(null, string.Concat(Names.Namespaces.Select(n => $"netns add {n}\n")), cancellationToken).ConfigureAwait(false);
        foreach (string space in Names.Namespaces)
        {
            // Addresses survive a link that goes down and up, as DHCP would bring them back; no address waits to be usable.
            await Namespaces.SysctlAsync(
                space,
                from scope in new[] { "all", "default" }
                from value in new[]
                {
                    ($"ipv6/conf/{scope}/keep_addr_on_down", 1), ($"ipv6/conf/{scope}/accept_ra", 0), ($"ipv6/conf/{scope}/accept_dad", 0),
                    ($"ipv4/conf/{scope}/rp_filter", space == Names.Edge ? 2 : 0),
                }
                select value,
                cancellationToken).ConfigureAwait(false);
        }

        await Namespaces.IpAsync(
            null,
            $"link add eth0 netns {Names.App} type veth peer name lan0 netns {Names.Edge}\n" +
            string.Concat(Links.Select(l => $"link add {l.Device} netns {Names.Edge} type veth peer name {l.Device} netns {Names.Cloud}\n")),
            cancellationToken).ConfigureAwait(false);
        await Namespaces.IpAsync(Names.App, $"link set lo up\naddr add {LabAddresses.AppLan}/24 dev eth0\nlink set eth0 up\n", cancellationToken).ConfigureAwait(false);
        await Namespaces.IpAsync(Names.Cloud, CloudCommands(), cancellationToken).ConfigureAwait(false);
        await Namespaces.IpAsync(Names.Edge, EdgeCommands(), cancellationToken).ConfigureAwait(false);
        await Tap.InstallAsync(cancellationToken).ConfigureAwait(false);
    }

    private string CloudCommands() =>
        $"link set lo up\naddr add {LabAddresses.ServiceV4}/32 dev lo\naddr add {LabAddresses.ServiceV6}/128 dev lo nodad\n" +
        $"addr add {LabAddresses.PodV4}/32 dev lo\naddr add {LabAddresses.CloudApi}/32 dev lo\n" +
        string.Concat(Links.Select(
            l => $"addr add {l.CloudV4}/24 dev {l.Device}\naddr add {l.CloudV6}/64 dev {l.Device} nodad\nlink set {l.Device} up\n"));

    private string EdgeCommands() =>
        $"link set lo up\naddr add {LabAddresses.EdgeLan}/24 dev lan0\nlink set lan0 up\n" +
        string.Concat(Links.Select(
            l => $"addr add {l.EdgeV4}/24 dev {l.Device}\naddr add {l.EdgeV6}/64 dev {l.Device} nodad\nlink set {l.Device} up\n")) +
        string.Concat(Links.Select(
            l => $"route add default via {l.CloudV4} dev {l.Device} metric {l.Metric}\nroute add ::/0 via {l.CloudV6} dev {l.Device} metric {l.Metric}\n"));
}
