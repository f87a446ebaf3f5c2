using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>Numbers as the steps print them.</summary>
internal static class Words
{
    public static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";

    public static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";

    public static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.00} s";

    /// <summary>Never rounded up to a hundred.</summary>
    public static string Percent(double share) => $"{Math.Floor(share * 10_000) / 100:0.00} %";

    /// <summary>How many requests failed, and why the first did.</summary>
    public static string Failed(IReadOnlyCollection<ClientSample> samples)
    {
        ClientSample? first = samples.FirstOrDefault(s => !s.Succeeded);
        return $"{samples.Count(s => !s.Succeeded)} of {samples.Count} requests failed{(first is null ? "" : $" ({first.User}: {first.Error})")}";
    }

    /// <summary>A user's bytes and the part of them that a link carried.</summary>
    public static string Share(Traffic traffic, string user, LabLink link) =>
        $"{user} {Percent(traffic.Share(user, link))} of {Megabytes(traffic.Up(user))} up and {Megabytes(traffic.Down(user))} down on {link.Device}";
}
