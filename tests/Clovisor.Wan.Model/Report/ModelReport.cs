using System.Diagnostics;
using System.Globalization;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Model.Comparison;
using Clovisor.Wan.Model.Failures;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Mutants;
using Clovisor.Wan.Model.Sockets;

namespace Clovisor.Wan.Model.Report;

/// <summary>The whole comparison: programs with their redirects noted, programs as shipped, failing helpers, sockets that connect, mutants.</summary>
internal static class ModelReport
{
    private const long Sockets = 4000;
    private const long Failures = 10_000;
    private const long MutantPackets = 400_000;

    internal static bool Run(ReportArguments arguments)
    {
        using var site = new TestSite();
        var lines = new List<(string Promise, string Measured, bool Kept)>();
        var tally = new Tally();
        void Note(string promise, string measured, string? difference)
        {
            lines.Add((promise, difference is null ? measured : "differs", difference is null));
            if (difference is not null)
            {
                Console.WriteLine($"{promise}: {difference}\n");
            }
        }

        byte[] noted = SourceBuild.Compile(RedirectNotes.Prelude);
        (string measured, Difference? difference, Tally counted) = Compare(site, noted, arguments.Seed, arguments.Packets);
        tally.Add(counted);
        Note("verdict, bytes, reason, link, next hop, entries", measured, difference?.ToString());
        (measured, difference, counted) = Compare(site, KernelDatapath.Shipped(), arguments.Seed + 1_000_000, Math.Max(1, arguments.Packets / 5));
        tally.Add(counted);
        Note("the same but link and next hop, objects as shipped", measured, difference?.ToString());
        using (var kernel = new KernelDatapath(SourceBuild.Compile(FailingHelpers.Prelude), 256))
        {
            var check = new FailureCheck(site, kernel);
            string? fault = check.Run(arguments.Seed, Failures);
            tally.Add(check.Tally);
            Note("a helper that fails drops and counts", Count(check.Failed, "failed"), fault);
        }

        using (var kernel = new KernelDatapath(KernelDatapath.Shipped(), 20))
        using (var check = new SocketCheck(site, kernel))
        {
            string? fault = check.Run(arguments.Seed, Sockets);
            tally.Add(check.Tally);
            Note("sockets that connect: reason, session", Count(check.Tally.Total, "sockets"), fault);
        }

        DatapathReason[] never = [.. tally.Packets.Where(static pair => pair.Value == 0).Select(static pair => pair.Key)];
        lines.Add(("every reason comes up", never.Length == 0 ? $"all {tally.Packets.Count}" : "never: " + string.Join(", ", never), never.Length == 0));
        (int found, int of) = MutantTable(site, arguments.Seed);
        lines.Add(("every mutant is found", string.Create(CultureInfo.InvariantCulture, $"{found} of {of}"), found == of));
        PrintReasons(tally);
        Console.WriteLine();
        Console.WriteLine($"{"promise",-52} | {"measured",-44} | ok");
        foreach ((string promise, string value, bool kept) in lines)
        {
            Console.WriteLine($"{promise,-52} | {value,-44} | {(kept ? "yes" : "NO")}");
        }

        return lines.TrueForAll(static line => line.Kept);
    }

    private static (string Measured, Difference? Difference, Tally Tally) Compare(TestSite site, byte[] elf, ulong seed, long packets)
    {
        using var large = new KernelDatapath(elf, 256);
        using var small = new KernelDatapath(elf, 4);
        var check = new ModelCheck(site, [large, small]);
        var watch = Stopwatch.StartNew();
        Difference? difference = check.Run(seed, packets);
        double rate = check.Tally.Total / watch.Elapsed.TotalSeconds;
        return (string.Create(CultureInfo.InvariantCulture, $"{check.Tally.Total:n0} packets, {rate:n0} a second"), difference, check.Tally);
    }

    private static (int Found, int Of) MutantTable(TestSite site, ulong seed)
    {
        Console.WriteLine($"{"mutant",-58} | link choice | packets until found | by");
        int found = 0;
        foreach (Mutant mutant in Mutant.All)
        {
            Difference? difference = mutant.Find(site, seed, MutantPackets);
            found += difference is null ? 0 : 1;
            string until = difference is null ? "not found" : difference.Packets.ToString("n0", CultureInfo.InvariantCulture);
            string by = difference?.Text.Split('\n')[0] ?? string.Empty;
            Console.WriteLine($"{mutant.Name,-58} | {(mutant.InLinkChoice ? "yes" : string.Empty),-11} | {until,19} | {by[..Math.Min(90, by.Length)]}");
        }

        Console.WriteLine();
        return (found, Mutant.All.Count);
    }

    private static void PrintReasons(Tally tally)
    {
        Console.WriteLine($"{"reason",-20} | {"times",12}");
        foreach ((DatapathReason reason, long count) in tally.Packets)
        {
            Console.WriteLine($"{reason,-20} | {count.ToString("n0", CultureInfo.InvariantCulture),12}");
        }
    }

    private static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:n0} {what}");
}
