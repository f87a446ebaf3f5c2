namespace Clovisor.Wan.Simulation.Report;

/// <summary>One line of the report.</summary>
internal sealed record Line(string What, string Promise, string Measured, bool Kept)
{
    public static void PrintHead()
    {
        Console.WriteLine($"| {"what",-72} | {"promise",-22} | {"measured",-44} | kept |");
        Console.WriteLine($"|{new string('-', 74)}|{new string('-', 24)}|{new string('-', 46)}|------|");
    }

    public Line Print()
    {
        Console.WriteLine($"| {What,-72} | {Promise,-22} | {Measured,-44} | {(Kept ? "yes" : "NO"),-4} |");
        return this;
    }
}
