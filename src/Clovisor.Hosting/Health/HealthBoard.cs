using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Clovisor.Hosting.Health;

/// <summary>Where each part says how it is, by posting it or by being asked. Thread-safe.</summary>
public sealed class HealthBoard
{
    private readonly ConcurrentDictionary<string, Func<PartHealth>> _parts = new(StringComparer.Ordinal);
    private volatile bool _ready;

    /// <summary>Whether the first configuration is in force, in the kernel too. Never goes back to false while the host runs.</summary>
    public bool IsReady
    {
        get => _ready;
        internal set => _ready = value;
    }

    /// <summary>All parts that have said how they are, as they are now, by name.</summary>
    public ImmutableArray<PartHealth> Parts => [.. _parts.Values.Select(part => part()).OrderBy(part => part.Name, StringComparer.Ordinal)];

    /// <summary>The worst level of all parts; healthy when none has said anything.</summary>
    public HealthLevel Level => Worst(Parts);

    /// <summary>Replaces what a part said before.</summary>
    public void Post(PartHealth health)
    {
        ArgumentNullException.ThrowIfNull(health);
        _parts[health.Name] = () => health;
    }

    internal static HealthLevel Worst(IEnumerable<PartHealth> parts) => parts.Select(part => part.Level).DefaultIfEmpty(HealthLevel.Healthy).Max();

    /// <summary>Has a part asked whenever somebody looks. What it answers must bear the name.</summary>
    internal void Ask(string name, Func<PartHealth> part) => _parts[name] = part;

    internal void Post(string name, HealthLevel level, IEnumerable<string>? reasons = null, IEnumerable<string>? warnings = null) =>
        Post(new PartHealth(name, level, [.. reasons ?? []], [.. warnings ?? []]));
}
