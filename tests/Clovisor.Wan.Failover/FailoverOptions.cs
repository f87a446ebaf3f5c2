using System.Globalization;

namespace Clovisor.Wan.Failover;

/// <summary>How much is done.</summary>
internal sealed record FailoverOptions
{
    public const string Usage = "Usage: failover-report.sh [--quick] [--seed N]";

    public bool Quick { get; init; }

    public int Seed { get; init; } = 1;

    public int Cycles => Quick ? 12 : 100;

    public int ManySessions => Quick ? 25_000 : 250_000;

    public int Losses => Quick ? 3 : 20;

    public int Silences => Quick ? 3 : 20;

    public int Resets => Quick ? 300 : 2000;

    /// <summary>Null when the arguments are not understood.</summary>
    public static FailoverOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new FailoverOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                options = options with { Quick = true };
            }
            else if (arguments[i] == "--seed" && ++i < arguments.Length && int.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out int seed))
            {
                options = options with { Seed = seed };
            }
            else
            {
                return null;
            }
        }

        return options;
    }
}
