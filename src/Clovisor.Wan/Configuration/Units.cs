using System.Globalization;

namespace Clovisor.Wan.Configuration;

/// <summary>Reads and shows values with units: <c>250ms</c>, <c>200M</c>, <c>2%</c>.</summary>
internal static class Units
{
    public const string DurationHint = "write a number with a unit: 250ms, 10s, 1.5m, 1h";
    public const string RateHint = "write bits per second with a unit: 500k, 200M, 1G";
    public const string PercentHint = "write a percentage: 2% or 0.5%";

    private static readonly (string Suffix, double Milliseconds)[] DurationUnits =
        [("us", 0.001), ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    private static readonly (string Suffix, double Factor)[] RateUnits = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)];

    public static bool TryDuration(string text, out TimeSpan value) => Scaled(text, DurationUnits, out double milliseconds)
        & TryFromMilliseconds(milliseconds, out value);

    public static bool TryRate(string text, out long bitsPerSecond)
    {
        bitsPerSecond = 0;
        if (!Scaled(text, RateUnits, out double value) || value > long.MaxValue / 2)
        {
            return false;
        }

        bitsPerSecond = (long)Math.Round(value);
        return true;
    }

    public static bool TryPercent(string text, out double ratio)
    {
        bool read = Scaled(text, [("%", 0.01)], out ratio);
        return read;
    }

    public static string Show(TimeSpan value) => value switch
    {
        _ when value == TimeSpan.Zero => "0s",
        _ when value.Ticks % TimeSpan.TicksPerHour == 0 => Number(value.TotalHours) + "h",
        _ when value.Ticks % TimeSpan.TicksPerMinute == 0 => Number(value.TotalMinutes) + "m",
        _ when Math.Abs(value.TotalSeconds) >= 1 => Number(value.TotalSeconds) + "s",
        _ => Number(value.TotalMilliseconds) + "ms",
    };

    public static string Show(double ratio) => Number(ratio * 100) + "%";

    /// <summary>Bits per second with a unit: <c>200M</c>.</summary>
    public static string ShowRate(long bitsPerSecond)
    {
        (string suffix, double factor) = RateUnits.LastOrDefault(unit => bitsPerSecond >= unit.Factor);
        return suffix is null ? bitsPerSecond.ToString(CultureInfo.InvariantCulture) : Number(bitsPerSecond / factor) + suffix;
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static bool TryFromMilliseconds(double milliseconds, out TimeSpan value)
    {
        bool fits = milliseconds < TimeSpan.FromDays(3650).TotalMilliseconds;
        value = fits ? TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond)) : default;
        return fits;
    }

    private static bool Scaled(string text, ReadOnlySpan<(string Suffix, double Factor)> units, out double value)
    {
        value = 0;
        int digits = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        ReadOnlySpan<char> unit = text.AsSpan(digits);
        foreach ((string suffix, double factor) in units)
        {
            if (unit.SequenceEqual(suffix))
            {
                bool read = double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
                value = number * factor;
                return read;
            }
        }

        return false;
    }
}
