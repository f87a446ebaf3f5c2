using System.Globalization;

namespace Clovisor.Wan.Failover;

/// <summary>How much is done.</summary>
internal sealed record FailoverOptions
{
    public const string Usage = "Usage: failover-report.sh [--quick] [--paired] [--seed N]";

    public bool Quick { get; init; }

    /// <summary>Whether the lines of paired links are all that is asked for.</summary>
    public bool PairedOnly { get; init; }

    public int Seed { get; init; } = 1;

    public int Cycles => Quick ? 12 : 100;

    public int ManySessions => Quick ? 25_000 : 250_000;

    public int Losses => Quick ? 3 : 20;

    public int Silences => Quick ? 3 : 20;

    public int Transfers => Quick ? 100 : 500;

    public int PairedFailures => Quick ? 2 : 10;

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
            else if (arguments[i] == "--paired")
            {
                options = options with { PairedOnly = true };
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
