using System.Globalization;

namespace Clovisor.Wan.Failover.Upgrade;

/// <summary>Which host, and how often it is replaced.</summary>
internal sealed record UpgradeOptions
{
    public const string Usage = "Usage: upgrade-report.sh [--upgrades N]";

    /// <summary>The program of the host.</summary>
    public required string Host { get; init; }

    public int Upgrades { get; init; } = 10;

    /// <summary>Null when the arguments are not understood.</summary>
    public static UpgradeOptions? Parse(ReadOnlySpan<string> arguments) => arguments switch
    {
        [{ } host] => new UpgradeOptions { Host = host },
        [{ } host, "--upgrades", { } number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int upgrades) && upgrades > 0 => new UpgradeOptions { Host = host, Upgrades = upgrades },
        _ => null,
    };
}
