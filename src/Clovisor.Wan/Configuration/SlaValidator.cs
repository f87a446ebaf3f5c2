using System.Collections.Immutable;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks SLA classes.</summary>
internal static class SlaValidator
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    public static void Validate(ImmutableArray<SlaClass> classes, FindingList findings)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int position = 0; position < classes.Length; position++)
        {
            SlaClass sla = classes[position];
            findings.LookAt(SubjectKind.SlaClass, position);
            ConfigurationValidator.CheckName(sla.Name, names, position, findings);
            if (sla.Loss is null && sla.Latency is null && sla.Jitter is null)
            {
                findings.Add(ConfigurationErrorCodes.MissingField, "spec", "the class asks nothing; give it loss, latency or jitter, or remove it.");
            }

            CheckLimit(sla.Loss, 0, 1, "spec.loss", Units.Show, findings);
            CheckLimit(sla.Latency, TimeSpan.FromTicks(1), LongestDelay, "spec.latency", Units.Show, findings);
            CheckLimit(sla.Jitter, TimeSpan.FromTicks(1), LongestDelay, "spec.jitter", Units.Show, findings);
            findings.Range(sla.Window, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), "spec.window");
        }
    }

    private static void CheckLimit<T>(SlaLimit<T>? limit, T least, T most, string path, Func<T, string> show, FindingList findings)
        where T : struct, IComparable<T>
    {
        if (limit is not { } given)
        {
            return;
        }

        findings.Range(given.Enter, least, most, $"{path}.enter", show);
        findings.Range(given.Leave, least, most, $"{path}.leave", show);
        if (given.Leave.CompareTo(given.Enter) > 0)
        {
            findings.Add(
                ConfigurationErrorCodes.InvertedLimit,
                $"{path}.leave",
                $"leave ({show(given.Leave)}) is above enter ({show(given.Enter)}): the limit would be kept again before it is broken. Make leave the smaller one.");
        }
    }
}
