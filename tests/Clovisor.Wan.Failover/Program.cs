using System.Runtime.InteropServices;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover;
using Clovisor.Wan.Failover.Kill;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Failover.Upgrade;

// 'failover', 'kill' and 'upgrade' print the tables of their reports; 'victim' is what 'kill' kills.
// Exit status: 0 all promises kept, 1 one is not, 2 it could not be run.
string verb = args.Length > 0 ? args[0] : "";
string[] words = args.Length > 0 ? args[1..] : [];
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
    switch (verb)
    {
        case "victim" when words.Length == 3:
            await VictimRole.RunAsync(new LabNames(words[0], words[1]), words[2], stop.Token);
            return 0;
        case "failover" when FailoverOptions.Parse(words) is { } options:
            return await MeasureAsync(lab => FailoverReport.RunAsync(lab, options, stop.Token), $"seed {options.Seed}{(options.Quick ? ", quick" : "")}");
        case "upgrade" when UpgradeOptions.Parse(words) is { } options:
            return await MeasureAsync(lab => UpgradeReport.RunAsync(lab, options, stop.Token), $"{options.Upgrades} upgrades");
        case "kill" when KillOptions.Parse(words) is { } options:
            return await MeasureAsync(lab => KillReport.RunAsync(lab, options, stop.Token), $"seed {options.Seed}");
        default:
            await Console.Error.WriteLineAsync($"'{string.Join(' ', words)}' is not understood. Usage: {(verb == "kill" ? KillOptions.Usage : verb == "upgrade" ? UpgradeOptions.Usage : FailoverOptions.Usage)}");
            return 2;
    }
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

async Task<int> MeasureAsync(Func<EdgeLab, Task<IReadOnlyList<Line>>> report, string how)
{
    Privilege.Require("measure failover in network namespaces");
    Privilege.RequireTools("ip", "tc", "nft", "mount", "umount");
    string name = $"clvf-{Environment.ProcessId}";
    await using EdgeLab lab = await EdgeLab.CreateAsync(new LabNames(name, $"/run/{name}"), LabAddresses.All, stop.Token);
    IReadOnlyList<Line> lines = await report(lab);
    int kept = lines.Count(line => line.Kept == true);
    int measured = lines.Count(line => line.Kept is not null);
    await Console.Out.WriteLineAsync($"\n{kept} of {measured} promises kept, {how}.");
    return kept == measured ? 0 : 1;
}
