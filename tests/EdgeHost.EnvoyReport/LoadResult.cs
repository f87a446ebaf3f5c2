using System.Text.Json.Serialization;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>What the clients saw.</summary>
/// <param name="Requests">Requests that came to an end.</param>
/// <param name="Failed">Those not answered 200 with the whole body.</param>
/// <param name="FirstError">What the first of them met.</param>
/// <param name="Microseconds">From the request to the end of the answer, for each.</param>
internal sealed record LoadResult(int Requests, int Failed, string? FirstError, int[] Microseconds)
{
    public static LoadResult operator +(LoadResult one, LoadResult other) =>
        new(one.Requests + other.Requests, one.Failed + other.Failed, one.FirstError ?? other.FirstError, [.. one.Microseconds, .. other.Microseconds]);

    public static LoadResult None { get; } = new(0, 0, null, []);

    public double Percentile(double share)
    {
        int[] sorted = [.. Microseconds.Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    public string Failures => $"{Failed} of {Requests} failed{(FirstError is null ? "" : $" ({FirstError})")}";
}

[JsonSerializable(typeof(LoadResult))]
internal sealed partial class ReportJson : JsonSerializerContext;
