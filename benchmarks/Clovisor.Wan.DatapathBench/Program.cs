using Clovisor.Wan.Datapath;
using Clovisor.Wan.DatapathBench;

// datapath-bench setup|uninstall|alone|statistics|report …: the parts of run-datapath.sh, which says what each is for.
try
{
    switch (args)
    {
        case ["setup", var pins, var lan, var associations, var sessions, var firstPort]:
            Setup.Run(pins, lan == "lan", int.Parse(associations, null), int.Parse(sessions, null), int.Parse(firstPort, null));
            return 0;
        case ["uninstall", var pins]:
            BpfWanDatapath.Uninstall(pins);
            return 0;
        case ["alone", var pins, var scenario]:
            ProgramTimes.Alone(pins, scenario);
            return 0;
        case ["statistics", var pins, var scenario, var program, .. var arguments]:
            ProgramTimes.While(pins, scenario, program, arguments);
            return 0;
        case ["report", var lines, var plot, var caption]:
            var results = Results.Read(File.ReadLines(lines));
            Verdict[] verdicts = [.. Report.Verdicts(results)];
            File.WriteAllText(plot, new Plot(results, caption).Draw());
            Console.Write(Report.Write(results, verdicts));
            return verdicts.All(verdict => verdict.Kept != false) ? 0 : 1;
        default:
            Console.Error.WriteLine("Run benchmarks/run-datapath.sh, which calls this.");
            return 2;
    }
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
