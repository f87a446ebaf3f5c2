using System.Runtime.InteropServices;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover;
using Clovisor.Wan.Failover.Measuring;

// Prints the table of the failover report. Exit status: 0 all promises kept, 1 one is not, 2 it could not be run.
if (FailoverOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync($"'{string.Join(' ', args)}' is not understood. {FailoverOptions.Usage}");
    return 2;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    Privilege.Require("measure failover in network namespaces");
    Privilege.RequireTools("ip", "nft", "mount", "umount");
    string name = $"clvf-{Environment.ProcessId}";
    await using EdgeLab lab = await EdgeLab.CreateAsync(new LabNames(name, $"/run/{name}"), LabAddresses.All, stop.Token);
    IReadOnlyList<Line> lines = await FailoverReport.RunAsync(lab, options, stop.Token);
    int kept = lines.Count(line => line.Kept == true);
    int measured = lines.Count(line => line.Kept is not null);
    Console.WriteLine();
    Console.WriteLine($"{kept} of {measured} promises kept, seed {options.Seed}{(options.Quick ? ", quick" : "")}.");
    return kept == measured ? 0 : 1;
}
catch (EdgeHostException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped before the end; what was made is removed.");
    return 2;
}
catch (Exception e)
{
    // Caught, so that what was made is removed before the process ends.
    await Console.Error.WriteLineAsync($"The report broke off: {e}");
    return 2;
}
