namespace Clovisor.Wan.Memory;

/// <summary>One line of the table.</summary>
internal sealed record Line(string What, string Promise, string Measured, bool Kept)
{
    internal void Print() => Console.WriteLine($"| {What} | {Promise} | {Measured} | {(Kept ? "yes" : "NO")} |");
}
