using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Peers;

/// <summary>Writes one JSON line a workload.</summary>
internal static class Output
{
    private static readonly string Peer = RuntimeFeature.IsDynamicCodeSupported ? "clovisor-jit" : "clovisor-aot";
    private static readonly string Version = VersionOf(typeof(BpfMap).Assembly);

    internal static void Result(string operation, int keyBytes, int valueBytes, Samples samples, string? note)
    {
        (double p10, double p50, double p99) = samples.Percentiles();
        string notes = note is null ? "" : $",\"note\":\"{note}\"";
        Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{Head(operation)},\"key_bytes\":{keyBytes},\"value_bytes\":{valueBytes},\"ns_p10\":{p10:F2},\"ns_p50\":{p50:F2},\"ns_p99\":{p99:F2},\"ns_mean\":{samples.Mean:F2},\"ops\":{samples.Operations},\"samples\":{samples.Count},\"alloc_bytes_per_op\":{(double)samples.Allocated / samples.Operations:F2}{notes}}}"));
    }

    internal static void Skipped(string operation, string reason) => Write($"{Head(operation)},\"skipped\":\"{reason}\"}}");

    private static string Head(string operation) => $"{{\"peer\":\"{Peer}\",\"version\":\"{Version}\",\"op\":\"{operation}\"";

    private static void Write(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static string VersionOf(Assembly assembly)
    {
        string version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int commit = version.IndexOf('+', StringComparison.Ordinal);
        return commit < 0 ? version : version[..commit];
    }
}
