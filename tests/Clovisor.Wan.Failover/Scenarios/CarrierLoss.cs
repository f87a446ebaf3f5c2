using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover.Scenarios;

/// <summary>The cable of a link is pulled and plugged in, again and again.</summary>
internal sealed class CarrierLoss(Site site, CarrierSwitch carrier, Random random)
{
    private const int Batch = 1000;

    /// <summary>The first failure that this process sees: the only one that waits for code to be compiled.</summary>
    public Line First()
    {
        double taken = Cycle(CancellationToken.None);
        return new Line("the first failure of a process, its code being compiled", "-", string.Create(CultureInfo.InvariantCulture, $"{taken:0.###} ms"), null);
    }

    public IEnumerable<Line> Cycles(int sessions, int cycles, CancellationToken cancellationToken)
    {
        Fill(sessions);
        string before = State();
        List<double> moved = [];
        for (int i = 0; i < cycles; i++)
        {
            moved.Add(Cycle(cancellationToken));
        }

        var times = new Distribution(moved);
        string text = sessions.ToString("N0", CultureInfo.InvariantCulture);
        yield return new Line($"carrier lost to {text} sessions moved", "p99 <= 5 ms", times.Text("ms"), times.P99 <= 5);
        string after = State();
        yield return new Line(
            $"state after {cycles} failures and recoveries, {text} sessions", "as before", after == before ? "the same" : $"{before} became {after}", after == before);
    }

    /// <summary>One failure and one recovery.</summary>
    /// <returns>In how many milliseconds the sessions were moved.</returns>
    private double Cycle(CancellationToken cancellationToken)
    {
        // At another phase of the probes each time.
        using var pause = new ManualResetEventSlim();
        pause.Wait(random.Next(50), cancellationToken);
        long start = carrier.Pull(Site.Failing);
        long at = site.WaitFor(Site.Failing, state => state == LinkState.NoCarrier, start);
        if (NamesFailing())
        {
            throw new InvalidOperationException("the engine says that it followed, and a slot still names the link");
        }

        carrier.Plug(Site.Failing);
        site.WaitFor(Site.Failing, state => state == LinkState.Up, at);
        return Stopwatch.GetElapsedTime(start, at).TotalMilliseconds;
    }

    /// <summary>What must be as it was once every link is back: all but counters and times.</summary>
    private string State()
    {
        var sessions = site.Datapath.Sessions();
        string links = string.Join(' ', site.Engine.Status.Links.Select(link => $"{link.Name} {link.State} {link.NextHopV4}"));
        int files = Directory.GetFiles("/proc/self/fd").Length;
        return $"{sessions.Count} sessions, {sessions.Count(s => s.LinkName == Site.Failing.Device)} on wan1; {files} descriptors; {links}";
    }

    // By what the kernel holds: the answer to an admission comes from the tables in force.
    private bool NamesFailing() =>
        site.Engine.Admit(Tuple(0), Site.Moving).Link == Site.Failing.Device;

    private void Fill(int sessions)
    {
        var tuples = new SessionTuple[Math.Min(Batch, sessions)];
        for (int i = 0; i < sessions; i += tuples.Length)
        {
            int count = Math.Min(tuples.Length, sessions - i);
            for (int j = 0; j < count; j++)
            {
                tuples[j] = Tuple(i + j);
            }

            site.Datapath.AdmitMany(tuples.AsSpan(0, count), association: 0);
        }
    }

    // 50,000 ports of each of some hosts behind the edge.
    private static SessionTuple Tuple(int number)
    {
        (int host, int port) = Math.DivRem(number, 50_000);
        return new SessionTuple(
            ProtocolType.Tcp,
            new IPEndPoint(IPAddress.Parse($"10.51.0.{host + 1}"), 1024 + port),
            new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), 443));
    }
}
