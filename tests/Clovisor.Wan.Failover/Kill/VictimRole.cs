using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Failover.Measuring;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>The process that is killed: takes the datapath over, says so, and does one thing until its end.</summary>
internal static class VictimRole
{
    public const string Ready = "ready";
    public const string Failover = "failover";
    public const string Upgrade = "upgrade";
    public const string Sweep = "sweep";

    public static async Task RunAsync(LabNames names, string action, CancellationToken cancellationToken)
    {
        var clock = new JumpingClock();
        var settings = KillReport.Settings with
        {
            Datapath = KillReport.Settings.Datapath with { TimeProvider = clock, OpeningIdle = TimeSpan.FromSeconds(10) },
        };
        if (action == Upgrade)
        {
            // Each turn is what a new version does: it adopts what is pinned, swaps the programs, and puts its plan in force.
            await Console.Out.WriteLineAsync(Ready).ConfigureAwait(false);
            while (!cancellationToken.IsCancellationRequested)
            {
                new Site(names, LabAddresses.All, settings).Dispose();
            }

            return;
        }

        using var site = new Site(names, LabAddresses.All, settings);
        if (action == Sweep)
        {
            // Whatever was entered and never seen is now long idle; live sessions are not.
            clock.Jump(TimeSpan.FromMinutes(1));
            await Console.Out.WriteLineAsync(Ready).ConfigureAwait(false);
            site.Datapath.Sweep();
        }
        else
        {
            await Console.Out.WriteLineAsync(Ready).ConfigureAwait(false);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    private sealed class JumpingClock : TimeProvider
    {
        private long _ahead;

        public void Jump(TimeSpan by) => _ahead += (long)(by.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp() => base.GetTimestamp() + _ahead;
    }
}
