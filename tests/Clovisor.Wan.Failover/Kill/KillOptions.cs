using System.Globalization;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>How often is killed.</summary>
internal sealed record KillOptions
{
    public const string Usage = "kill-report.sh [--points N] [--seed N], N points from 3 to 10000";

    public int Points { get; init; } = 50;

    public int Seed { get; init; } = 1;

    /// <summary>Null when the arguments are not understood.</summary>
    public static KillOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new KillOptions();
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            if (!int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                return null;
            }

            switch (arguments[i])
            {
                case "--points" when value is >= 3 and <= 10_000:
                    options = options with { Points = value };
                    break;
                case "--seed":
                    options = options with { Seed = value };
                    break;
                default:
                    return null;
            }
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
