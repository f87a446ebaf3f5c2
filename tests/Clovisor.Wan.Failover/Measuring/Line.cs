namespace Clovisor.Wan.Failover.Measuring;

/// <summary>One line of the table. Null for kept: what the line speaks of is not there to be measured.</summary>
internal sealed record Line(string What, string Promise, string Measured, bool? Kept)
{
    public static void PrintHead()
    {
        Console.WriteLine($"| {"what",-66} | {"promise",-16} | {"measured",-64} | kept |");
        Console.WriteLine($"|{new string('-', 68)}|{new string('-', 18)}|{new string('-', 66)}|------|");
    }

    public Line Print()
    {
        Console.WriteLine($"| {What,-66} | {Promise,-16} | {Measured,-64} | {(Kept is { } kept ? kept ? "yes" : "NO" : "-"),-4} |");
        return this;
    }
}
