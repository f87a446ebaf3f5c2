using Clovisor.Wan.Datapath;
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

    /// <summary>That of the steady link where it has one of its own.</summary>
    public AddressingKind? SteadyAddressing { get; init; }

    /// <summary>All but the directory.</summary>
    public WanDatapathSettings Datapath { get; init; } = new() { MaxSessions = 4096 };

    /// <summary>Whether a site begins by waiting until all its links work.</summary>
    public bool WaitsForAll { get; init; } = true;

    /// <summary>Whether the datapath stays when the site ends.</summary>
    public bool Leave { get; init; }
}
