using System.Globalization;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>Measured values, by rank: a percentile is a value that was measured, never one between two.</summary>
internal sealed class Distribution(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    public double P50 => At(0.5);

    public double P99 => At(0.99);

    public double Max => _sorted[^1];

    public string Text(string unit) => string.Create(CultureInfo.InvariantCulture, $"p50 {P50:0.###}, p99 {P99:0.###}, max {Max:0.###} {unit} (n = {Count})");

    private double At(double part) => _sorted[Math.Max(0, (int)Math.Ceiling(part * _sorted.Length) - 1)];
}
