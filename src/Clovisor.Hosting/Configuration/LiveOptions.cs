using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Clovisor.Hosting.Health;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration;

/// <summary>
/// Options that may change while the host runs. A change that is refused leaves the former ones in force, which a monitor alone does not: it throws at whoever
/// asks next. Thread-safe.
/// </summary>
internal sealed class LiveOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T> : IDisposable
    where T : class
{
    private readonly IOptionsMonitor<T> _monitor;
    private readonly OptionsHealth _health;
    private readonly Func<T, IEnumerable<KeyValuePair<string, object?>>> _fixed;
    private readonly ImmutableDictionary<string, object?> _atStart;
    private readonly IDisposable? _registration;
    private volatile T _current;

    /// <param name="monitor">Where they come from.</param>
    /// <param name="health">Hears what was refused, and what waits for the next start.</param>
    /// <param name="atStart">Names and values of those that take effect at the start alone.</param>
    /// <exception cref="OptionsValidationException">They are not valid as they are.</exception>
    internal LiveOptions(IOptionsMonitor<T> monitor, OptionsHealth health, Func<T, IEnumerable<KeyValuePair<string, object?>>> atStart)
    {
        _monitor = monitor;
        _health = health;
        _fixed = atStart;
        _current = monitor.CurrentValue;
        _atStart = _fixed(_current).ToImmutableDictionary();
        _health.Add(this, Describe);
        _registration = monitor.OnChange(Change);
    }

    /// <summary>Raised after <see cref="Current"/> has changed.</summary>
    internal event Action? Changed;

    internal T Current => _current;

    public void Dispose()
    {
        _registration?.Dispose();
        _health.Remove(this);
    }

    private void Change(T options)
    {
        _current = options;
        Changed?.Invoke();
    }

    private (IEnumerable<string> Reasons, IEnumerable<string> Warnings) Describe()
    {
        try
        {
            T now = _monitor.CurrentValue;
            return ([], _fixed(now).Where(option => !Equals(_atStart[option.Key], option.Value)).Select(option =>
                $"{typeof(T).Name}.{option.Key} was changed from '{_atStart[option.Key]}' to '{option.Value}', which takes effect at the next start."));
        }
        catch (OptionsValidationException e)
        {
            return (e.Failures.Select(failure => $"A change of {typeof(T).Name} was refused; the former options stay in force. {failure}"), []);
        }
    }
}
