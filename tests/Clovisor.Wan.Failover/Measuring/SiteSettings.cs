using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>How a site is set up.</summary>
internal sealed record SiteSettings
{
    /// <summary>All of its defaults: 250 ms, three lost.</summary>
    public static ProbeDefinition DefaultProbe { get; } = new() { Targets = [] };

    /// <summary>The fast profile of the documentation.</summary>
    public static ProbeDefinition FastProbe { get; } = new() { Targets = [], Interval = TimeSpan.FromMilliseconds(75) };

    public AddressingKind Addressing { get; init; } = AddressingKind.Preserved;

    public ProbeDefinition Probe { get; init; } = DefaultProbe;

    public int MaxSessions { get; init; } = 4096;
}
