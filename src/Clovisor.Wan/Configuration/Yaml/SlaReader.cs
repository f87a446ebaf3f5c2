using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads the spec of an SlaClass.</summary>
internal static class SlaReader
{
    // Wide enough that a value near the limit does not switch to and fro, narrow enough to come back.
    private const double LeaveByEnter = 0.8;

    // A loss is told from another by counting; half as much takes some hundred samples to tell, four fifths take ten thousand.
    private const double LossLeaveByEnter = 0.5;

    public static SlaClass Read(string name, FieldReader spec)
    {
        var sla = new SlaClass
        {
            Name = name,
            Loss = ReadLimit<double>(spec, "loss", Units.TryPercent, Units.PercentHint, static enter => enter * LossLeaveByEnter),
            Latency = ReadLimit<TimeSpan>(spec, "latency", Units.TryDuration, Units.DurationHint, static enter => enter * LeaveByEnter),
            Jitter = ReadLimit<TimeSpan>(spec, "jitter", Units.TryDuration, Units.DurationHint, static enter => enter * LeaveByEnter),
            Window = spec.Duration("window", new SlaClass { Name = name }.Window),
        };
        spec.Finish();
        return sla;
    }

    private static SlaLimit<T>? ReadLimit<T>(FieldReader spec, string name, TryRead<T> tryRead, string hint, Func<T, T> leaveOf)
        where T : struct, IComparable<T>
    {
        // One value alone is the one that breaks the limit.
        if (spec.Value(name) is YamlScalar)
        {
            return spec.ReadOptional(name, tryRead, hint) is { } alone ? new SlaLimit<T>(alone, leaveOf(alone)) : null;
        }

        if (spec.Nested(name, "write { enter: VALUE, leave: VALUE }") is not { } limit)
        {
            return null;
        }

        T? enter = limit.ReadOptional(name: "enter", tryRead, hint);
        if (!limit.Has("enter"))
        {
            limit.Missing("enter", hint);
        }

        T? leave = limit.ReadOptional("leave", tryRead, hint);
        limit.Finish();
        return enter is null ? null : new SlaLimit<T>(enter.Value, leave ?? leaveOf(enter.Value));
    }
}
