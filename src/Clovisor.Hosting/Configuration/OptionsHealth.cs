using System.Collections.Concurrent;
using System.Collections.Immutable;
using Clovisor.Hosting.Health;

namespace Clovisor.Hosting.Configuration;

/// <summary>Says whether changed options were taken. Thread-safe.</summary>
internal sealed class OptionsHealth
{
    internal const string Part = "options";

    private readonly ConcurrentDictionary<object, Func<(IEnumerable<string> Reasons, IEnumerable<string> Warnings)>> _options = new();

    public OptionsHealth(HealthBoard board) => board.Ask(Part, Describe);

    internal void Add(object key, Func<(IEnumerable<string> Reasons, IEnumerable<string> Warnings)> describe) => _options[key] = describe;

    internal void Remove(object key) => _options.TryRemove(key, out _);

    private PartHealth Describe()
    {
        (IEnumerable<string> Reasons, IEnumerable<string> Warnings)[] all = [.. _options.Values.Select(describe => describe())];
        ImmutableArray<string> reasons = [.. all.SelectMany(one => one.Reasons).Order(StringComparer.Ordinal)];
        return new PartHealth(
            Part,
            reasons.IsEmpty ? HealthLevel.Healthy : HealthLevel.Degraded,
            reasons,
            [.. all.SelectMany(one => one.Warnings).Order(StringComparer.Ordinal)]);
    }
}
