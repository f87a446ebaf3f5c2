using System.Globalization;

namespace Clovisor.EdgeHost.Views;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    public static string Bytes(double bytes) => bytes switch
    {
        < 1_000 => Invariant($"{bytes:0} B"),
        < 1_000_000 => Invariant($"{bytes / 1_000:0.0} kB"),
        < 1_000_000_000 => Invariant($"{bytes / 1_000_000:0.0} MB"),
        _ => Invariant($"{bytes / 1_000_000_000:0.0} GB"),
    };

    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 1 } => "now",
        { TotalMinutes: < 1 } => Invariant($"{age.TotalSeconds:0} s"),
        { TotalHours: < 1 } => Invariant($"{(int)age.TotalMinutes} min {age.Seconds} s"),
        { TotalDays: < 1 } => Invariant($"{(int)age.TotalHours} h {age.Minutes} min"),
        _ => Invariant($"{(int)age.TotalDays} d {age.Hours} h"),
    };

    public static string Percent(double? share) => share is { } value ? Invariant($"{value * 100:0.0} %") : "";

    public static string Milliseconds(double? milliseconds) => milliseconds is { } value ? Invariant($"{value:0.00} ms") : "";

    /// <summary>How addresses relate to a link.</summary>
    /// <param name="kind">translated, preserved or paired; null where that is not known yet.</param>
    /// <param name="peer">With whom, of paired ones.</param>
    public static string Addressing(string? kind, string? peer) => peer is null ? kind ?? "" : $"{kind} with {peer}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
