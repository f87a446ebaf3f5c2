using System.Globalization;

namespace Clovisor.Wan.Model.Report;

/// <summary>What the report is asked for.</summary>
/// <param name="Packets">How many are compared with everything noted.</param>
/// <param name="Seed">Of the first episode.</param>
internal sealed record ReportArguments(long Packets, ulong Seed)
{
    private const string Usage = "Usage: datapath-model-report.sh [--packets N] [--seed N], N at least 1; without them 1000000 packets from seed 1.";

    /// <summary>Null when they are not understood, which is said on the error stream.</summary>
    internal static ReportArguments? Parse(string[] args)
    {
        var arguments = new ReportArguments(1_000_000, 1);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value < 1
                || args[i] is not ("--packets" or "--seed"))
            {
                Console.Error.WriteLine($"'{string.Join(' ', args[i..])}' is not understood. {Usage}");
                return null;
            }

            arguments = args[i] == "--packets" ? arguments with { Packets = value } : arguments with { Seed = (ulong)value };
        }

        return arguments;
    }
}
