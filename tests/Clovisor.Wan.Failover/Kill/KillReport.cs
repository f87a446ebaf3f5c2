using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Failover.Interop;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>Kills the engine's process at random points, and looks at what became of flows and state.</summary>
internal sealed class KillReport(EdgeLab lab, KillOptions options) : IDisposable
{
    private const int Flows = 20;
    private const int Idle = 20_000;

    // What a process does between loading and swapping takes so much longer than the swaps, most of it compiling.
    private const int BeforeSwaps = 40;

    private readonly Random _random = new(options.Seed);
    private readonly CarrierSwitch _carrier = new(lab);
    private readonly EchoService _echo = new(lab);
    private int _halfway;
    private int _done;
    private int _lost;
    private int _brokenFlows;
    private int _stuck;
    private int _notAdopted;
    private long _leaks;

    /// <summary>Of victims and of the site that takes over from them. The steady link translates; sessions of the others move.</summary>
    public static SiteSettings Settings { get; } = new()
    {
        Addressing = AddressingKind.Preserved,
        SteadyAddressing = AddressingKind.Translated,
        Datapath = new WanDatapathSettings { MaxSessions = 100_000, SweepInterval = Timeout.InfiniteTimeSpan },
        Leave = true,
    };

    public static async Task<IReadOnlyList<Line>> RunAsync(EdgeLab lab, KillOptions options, CancellationToken cancellationToken)
    {
        using var report = new KillReport(lab, options);
        return await report.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _carrier.Dispose();
        _echo.Dispose();
    }

    private async Task<IReadOnlyList<Line>> RunAsync(CancellationToken cancellationToken)
    {
        using Neighbourhood others = await Neighbourhood.MoveInAsync(lab.Names, cancellationToken).ConfigureAwait(false);
        string theirs = await others.DescribeAsync(cancellationToken).ConfigureAwait(false);
        Connections moving, steady;
        using (Site first = NewSite())
        {
            moving = new Connections(first, Site.Moving, Flows);
            steady = new Connections(first, Site.Steady, Flows);
        }

        List<Line> lines = [];
        Line.PrintHead();
        int[] devices = Space.Run(lab.Names.Edge, () => lab.Links.Select(link => Kernel.IndexOf(link.Device)).ToArray());
        using (moving)
        using (steady)
        using (var watch = new AttachmentWatch(lab.Names, devices, others.Foreign))
        using (var heartbeat = new Heartbeat(steady, Flows))
        {
            (string Action, int SpanMicroseconds)[] kinds = [(VictimRole.Failover, 8000), (VictimRole.Upgrade, 4000), (VictimRole.Sweep, 120_000)];
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                int points = (options.Points + kinds.Length - 1 - kind) / kinds.Length;
                (_halfway, _done) = (0, 0);
                for (int point = 0; point < points; point++)
                {
                    await KillOnceAsync(kinds[kind].Action, _random.Next(kinds[kind].SpanMicroseconds), moving, steady, cancellationToken).ConfigureAwait(false);
                }

                // Kills that all came before or after would say nothing of the middle.
                bool met = _halfway + _done > 0 && _done < points;
                Add(new Line($"killed in the middle of {kinds[kind].Action}", $"{points} points",
                    string.Create(CultureInfo.InvariantCulture, $"{points}: {points - _halfway - _done} before it changed anything, {_halfway} halfway, {_done} after"), met || points < 10));
            }

            heartbeat.Dispose();
            watch.Dispose();
            Add(new Line("connections that broke meanwhile, on a link that works", "0", $"{heartbeat.Broken} of {Flows}, in {heartbeat.Echoes} echoes", heartbeat.Broken == 0));
            Add(new Line(
                "looks at a WAN device with two programs of ours on a side, or none", "0", $"{watch.Wrong} of {watch.Looks}", watch.Wrong == 0 && watch.Looks > 0));
        }

        Add(Zero("connections that do not work before the next process is there", _stuck));
        Add(Zero("connections that do not work after it is", _brokenFlows));
        Add(Zero("sessions of live connections that the next process does not find", _lost));
        Add(Zero("times that the next process began anew", _notAdopted));
        Add(Zero("arriving tuples that lead nowhere, after its sweep", (int)_leaks));
        Space.Run(lab.Names.Edge, () => BpfWanDatapath.Uninstall(Site.PinDirectory(lab.Names)));
        string left = Left(devices, others);
        Add(new Line("left by the uninstaller", "nothing", left.Length == 0 ? "nothing" : left, left.Length == 0));
        string now = await others.DescribeAsync(cancellationToken).ConfigureAwait(false);
        Add(new Line("programs, filters and rules of others", "unchanged", now == theirs ? "unchanged" : $"{theirs} became {now}", now == theirs));
        return lines;

        void Add(Line line) => lines.Add(line.Print());

        static Line Zero(string what, int measured) => new(what, "0", measured.ToString(CultureInfo.InvariantCulture), measured == 0);
    }

    private async Task KillOnceAsync(string action, int afterMicroseconds, Connections moving, Connections steady, CancellationToken cancellationToken)
    {
        if (action == VictimRole.Sweep)
        {
            using Site filler = NewSite();
            EnterIdle(filler);
        }

        string before;
        var loads = new LoadWatch();
        LabProcess victim = LabProcess.Start(lab.Names, lab.Names.Edge, "victim", SelfCommand.For("victim", lab.Names.Prefix, lab.Names.RunDirectory, action));
        await using (victim.ConfigureAwait(false))
        {
            await victim.WaitForLineAsync(VictimRole.Ready, TimeSpan.FromSeconds(60), cancellationToken).ConfigureAwait(false);
            before = Look(action);
            long begun = Stopwatch.GetTimestamp();
            switch (action)
            {
                case VictimRole.Failover:
                    begun = _carrier.Pull(Site.Failing);
                    break;
                case VictimRole.Upgrade:
                    loads.Wait(victim);
                    if (_random.Next(2) == 0)
                    {
                        WaitForSwap(victim, before);
                    }
                    else
                    {
                        afterMicroseconds *= BeforeSwaps;
                    }

                    begun = Stopwatch.GetTimestamp();
                    break;
                default:
                    break;
            }

            while (Stopwatch.GetElapsedTime(begun).TotalMicroseconds < afterMicroseconds)
            {
                Thread.SpinWait(20);
            }

            await victim.KillAsync().ConfigureAwait(false);
        }

        Judge(action, before, Look(action));

        // Those of the link that was cut may have to wait for the next process.
        _stuck += action == VictimRole.Failover ? 0 : Flows - moving.CountAlive();
        using Site next = NewSite(allUp: action != VictimRole.Failover);
        _notAdopted += next.Datapath.WasAdopted ? 0 : 1;
        _brokenFlows += Flows - moving.CountAlive();
        if (action == VictimRole.Failover)
        {
            long since = Stopwatch.GetTimestamp();
            _carrier.Plug(Site.Failing);
            next.WaitFor(Site.Failing, state => state == LinkState.Up, since);
            _brokenFlows += Flows - moving.CountAlive();
        }

        next.Datapath.Sweep();
        Dictionary<SessionTuple, string?> held = next.Datapath.Sessions().ToDictionary(session => session.Tuple, session => session.LinkName);
        _lost += moving.Tuples.Count(tuple => held.GetValueOrDefault(tuple) != Site.Failing.Device)
            + steady.Tuples.Count(tuple => held.GetValueOrDefault(tuple) != Site.SteadyLink.Device);
        _leaks += Count("clv_reverse4") - (2 * Flows);
    }

    // From here on it is halfway until the last of the devices has its programs.
    private void WaitForSwap(LabProcess victim, string before) => Space.Run(lab.Names.Edge, () =>
    {
        while (!victim.HasExited && Programs() == before)
        {
            Thread.SpinWait(20);
        }
    });

    private string Programs() => string.Join(
        ' ',
        from link in lab.Links
        from side in AttachmentWatch.Sides
        select BpfAttachments.OfInterface(Kernel.IndexOf(link.Device), side).Programs.Max(program => program.ProgramId));

    /// <summary>What an action changes, as the kernel has it: the slots, the programs, the number of sessions.</summary>
    private string Look(string action) => action switch
    {
        VictimRole.Failover => Convert.ToHexString(FirstValue("clv_slots")),
        VictimRole.Sweep => Count("clv_sessions4").ToString(CultureInfo.InvariantCulture),
        _ => Space.Run(lab.Names.Edge, Programs),
    };

    private void Judge(string action, string before, string after)
    {
        // Programs that were swapped have higher numbers; one turn has changed all or none of them.
        bool halfway = action switch
        {
            VictimRole.Sweep => long.Parse(after, CultureInfo.InvariantCulture) is > 2 * Flows and < (2 * Flows) + Idle,
            VictimRole.Upgrade => after.Split(' ').Where((_, i) => i % 2 == 0).Distinct().Count() > 1 || after.Split(' ').Where((_, i) => i % 2 == 1).Distinct().Count() > 1,
            _ => false,
        };
        _halfway += halfway ? 1 : 0;
        _done += !halfway && after != before ? 1 : 0;
    }

    private byte[] FirstValue(string map)
    {
        using BpfMap pinned = BpfMap.OpenPinned(Path.Combine(Site.PinDirectory(lab.Names), "maps", map));
        using var table = new BpfArrayMap<SlotTable>(pinned);
        SlotTable first = table[0];
        return MemoryMarshal.AsBytes(new ReadOnlySpan<SlotTable>(in first)).ToArray();
    }

    // Sessions that were reported and never came: what a sweep has to do.
    private static void EnterIdle(Site site)
    {
        var service = new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), 443);
        SessionTuple[] idle = [.. Enumerable.Range(0, Idle).Select(i => new SessionTuple(ProtocolType.Tcp, new IPEndPoint(IPAddress.Parse("10.51.0.1"), 1024 + i), service))];
        site.Datapath.AdmitMany(idle, association: 0);
    }

    private Site NewSite(bool allUp = true) => new(lab.Names, lab.Links, Settings with { WaitsForAll = allUp });

    private long Count(string map)
    {
        using BpfMap pinned = BpfMap.OpenPinned(Path.Combine(Site.PinDirectory(lab.Names), "maps", map));
        long count = 0;
        Span<byte> key = stackalloc byte[pinned.KeySize];
        for (bool more = pinned.TryGetNextKey([], key); more; more = pinned.TryGetNextKey(key, key))
        {
            count++;
        }

        return count;
    }

    [InlineArray(64)]
    private struct SlotTable
    {
        private byte _first;
    }

    private string Left(int[] devices, Neighbourhood others)
    {
        List<string> left = [];
        left.AddRange(Directory.EnumerateFileSystemEntries(lab.Names.BpfDirectory).Where(entry => !entry.EndsWith(".debug", StringComparison.Ordinal)));
        Space.Run(lab.Names.Edge, () =>
        {
            foreach (int device in devices)
            {
                foreach (BpfAttachType side in AttachmentWatch.Sides)
                {
                    int own = BpfAttachments.OfInterface(device, side).Programs.Count - others.Foreign.GetValueOrDefault((device, side));
                    left.AddRange(Enumerable.Repeat($"a program on {side} of device {device}", Math.Abs(own)));
                }
            }
        });
        return string.Join(", ", left);
    }
}
