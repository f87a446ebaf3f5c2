using System.Collections.Immutable;
using System.IO.Enumeration;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Links;

/// <summary>Which devices are LANs, by name or by what names begin with.</summary>
internal sealed class LanDevices(IEnumerable<string> patterns)
{
    private readonly ImmutableArray<string> _patterns = [.. patterns];

    public static LanDevices None { get; } = new([]);

    /// <summary>The indices of those that there are, in order. A device of a link is none.</summary>
    public ImmutableArray<int> Find(NetworkTable table, ImmutableArray<MonitoredLink> links) => _patterns.IsEmpty
        ? []
        : [
            .. table.Devices
                .Where(device => _patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, device.Name, ignoreCase: false))
                    && !links.Any(link => link.Link.Device == device.Name))
                .Select(device => device.Index)
                .Order(),
        ];
}
