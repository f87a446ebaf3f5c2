using System.Diagnostics;
using System.Globalization;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Wan.DatapathBench;

/// <summary>What the programs cost by themselves: prints a JSON line for each.</summary>
internal static class ProgramTimes
{
    private const int Repeats = 200_000;

    // UDP from a host of no session: the program changes nothing, so that the same packet can be run again and again.
    private static readonly byte[] Stranger = Convert.FromHexString(
        "0200000000020200000000010800" // Ethernet
        + "45000032000140004011f4a50a090001cb00710a" // IPv4, 10.9.0.1 > 203.0.113.10
        + "30390009001e0000" // UDP, 12345 > 9, no checksum
        + new string('0', 44));

    /// <summary>Runs the programs on a packet without a session (BPF_PROG_TEST_RUN), without devices.</summary>
    internal static void Alone(string pins, string scenario)
    {
        foreach (string hook in Hooks(pins))
        {
            using BpfProgram program = Open(hook);
            byte[] output = new byte[Stranger.Length + 256];
            program.TestRun(Stranger, output, Repeats);
            Print(scenario, program.ReadInfo().Name, "test run, no session", program.TestRun(Stranger, output, Repeats).Nanoseconds);
        }
    }

    /// <summary>Runs a command and prints how long the programs ran meanwhile, by the kernel's own account of their runs.</summary>
    internal static void While(string pins, string scenario, string command, string[] arguments)
    {
        using BpfStatistics statistics = BpfStatistics.Enable();
        BpfProgram[] programs = [.. Hooks(pins).Select(Open)];
        BpfProgramInfo[] before = Array.ConvertAll(programs, program => program.ReadInfo());
        using (var child = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!)
        {
            child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            if (child.ExitCode != 0)
            {
                throw new InvalidDataException($"{command} ended with status {child.ExitCode}.");
            }
        }

        for (int i = 0; i < programs.Length; i++)
        {
            BpfProgramInfo after = programs[i].ReadInfo();
            long runs = after.RunCount - before[i].RunCount;
            if (runs > 10_000)
            {
                Print(scenario, after.Name, "in the flood", (after.RunTime - before[i].RunTime).TotalNanoseconds / runs);
            }

            programs[i].Dispose();
        }
    }

    // One of each program: all devices have the same.
    private static IEnumerable<string> Hooks(string pins) =>
        Directory.GetFiles(Path.Combine(pins, "hooks")).GroupBy(path => path[path.LastIndexOf('-')..]).Select(same => same.First());

    private static BpfProgram Open(string hook)
    {
        using BpfLink link = BpfLink.OpenPinned(hook);
        return BpfProgram.OpenById(link.ReadInfo().ProgramId) ?? throw new InvalidDataException($"The program at {hook} is gone.");
    }

    private static void Print(string scenario, string program, string how, double nanoseconds) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"round\":0,\"scenario\":\"{scenario}\",\"kind\":\"program\",\"program\":\"{program}\",\"how\":\"{how}\",\"ns\":{nanoseconds:0.0}}}"));
}
