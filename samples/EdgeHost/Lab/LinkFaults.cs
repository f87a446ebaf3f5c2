namespace Clovisor.EdgeHost.Lab;

/// <summary>What goes wrong with WAN links, done on the far side so that the edge finds out as it would in the field.</summary>
internal sealed class LinkFaults(LabNames names)
{
    private const string HoleTable = "clovisor_lab_hole";

    /// <summary>The cable is pulled: both ends lose carrier.</summary>
    public Task CutAsync(LabLink link, CancellationToken cancellationToken) =>
        Namespaces.IpAsync(names.Cloud, $"link set {link.Device} down\n", cancellationToken);

    public Task PlugAsync(LabLink link, CancellationToken cancellationToken) =>
        Namespaces.IpAsync(names.Cloud, $"link set {link.Device} up\n", cancellationToken);

    /// <summary>Everything on the link disappears, both ways; the carrier stays, neighbours go on answering.</summary>
    public Task SwallowAsync(LabLink link, CancellationToken cancellationToken) => Namespaces.NftAsync(
        names.Cloud,
        $$"""
        table inet {{HoleTable}} {
          chain in { type filter hook prerouting priority -400; iifname "{{link.Device}}" drop; }
          chain out { type filter hook output priority -400; oifname "{{link.Device}}" drop; }
        }
        """,
        cancellationToken);

    public Task ReleaseAsync(CancellationToken cancellationToken) =>
        Namespaces.NftAsync(names.Cloud, $"delete table inet {HoleTable}\n", cancellationToken);
}
