using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Clovisor.Hosting.Health;

/// <summary>Where each part posts how it is. Reading never waits; thread-safe.</summary>
public sealed class HealthBoard
{
    private readonly ConcurrentDictionary<string, PartHealth> _parts = new(StringComparer.Ordinal);
    private volatile bool _ready;

    /// <summary>Whether the first configuration is in force, in the kernel too. Never goes back to false while the host runs.</summary>
    public bool IsReady
    {
        get => _ready;
        internal set => _ready = value;
    }

    /// <summary>All parts that have posted, by name.</summary>
    public ImmutableArray<PartHealth> Parts => [.. _parts.Values.OrderBy(part => part.Name, StringComparer.Ordinal)];

    /// <summary>The worst level of all parts; healthy when none has posted.</summary>
    public HealthLevel Level => _parts.Values.Select(part => part.Level).DefaultIfEmpty(HealthLevel.Healthy).Max();

    /// <summary>Replaces what a part said before.</summary>
    public void Post(PartHealth health)
    {
        ArgumentNullException.ThrowIfNull(health);
        _parts[health.Name] = health;
    }

    internal void Post(string name, HealthLevel level, IEnumerable<string>? reasons = null, IEnumerable<string>? warnings = null) =>
        Post(new PartHealth(name, level, [.. reasons ?? []], [.. warnings ?? []]));
}
