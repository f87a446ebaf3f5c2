using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Memory;

/// <summary>One datapath filled with sessions of one family, and what that took.</summary>
internal sealed class Filling
{
    private const int Batch = 1000;

    /// <summary>Memory of the tables of the family in the kernel, by the kernel's own account.</summary>
    internal long TableBytes { get; private init; }

    /// <summary>Memory of all other maps of the datapath.</summary>
    internal long OtherBytes { get; private init; }

    /// <summary>By how much this process's own memory grew by the sessions, after a sweep and a collection.</summary>
    internal long UserBytes { get; private init; }

    /// <summary>Sessions entered a second, in batches.</summary>
    internal double Rate { get; private init; }

    /// <summary>How many the kernel holds, counted in it.</summary>
    internal long Held { get; private init; }

    /// <summary>How long one sweep over them takes.</summary>
    internal TimeSpan Sweep { get; private init; }

    /// <param name="device">The index of a device of this network namespace.</param>
    /// <param name="v6">The family.</param>
    /// <param name="sessions">How many.</param>
    internal static Filling Run(int device, bool v6, int sessions)
    {
        string pins = Path.Combine(Path.GetTempPath(), $"clovisor-memory-{Environment.ProcessId}");
        using BpfWanDatapath datapath = BpfWanDatapath.Start(new WanDatapathSettings
        {
            PinDirectory = pins,
            MaxSessions = v6 ? 1 : sessions,
            MaxSessionsV6 = v6 ? sessions : 1,
            SweepInterval = Timeout.InfiniteTimeSpan,
        });
        try
        {
            datapath.Apply(Plan(device), new byte[DatapathPlan.SlotsPerAssociation]);
            var tuples = new SessionTuple[Batch];
            // Once before, so that what the process takes for its code and buffers is not taken for what it takes for sessions.
            ForBatches(tuples, v6, sessions, batch => datapath.AdmitMany(batch, 0));
            datapath.Sweep();
            ForBatches(tuples, v6, sessions, batch =>
            {
                foreach (SessionTuple tuple in batch)
                {
                    datapath.Remove(tuple);
                }
            });
            long before = OwnBytes();
            TimeSpan taken = ForBatches(tuples, v6, sessions, batch => datapath.AdmitMany(batch, 0));
            var sweep = Stopwatch.StartNew();
            datapath.Sweep();
            sweep.Stop();
            long after = OwnBytes();
            (long tables, long others, long held) = ReadMaps(pins, v6);
            return new Filling
            {
                TableBytes = tables,
                OtherBytes = others,
                UserBytes = Math.Max(0, after - before),
                Rate = sessions / taken.TotalSeconds,
                Held = held,
                Sweep = sweep.Elapsed,
            };
        }
        finally
        {
            datapath.Uninstall();
        }
    }

    private static DatapathPlan Plan(int device) => new()
    {
        Links =
        [
            new DatapathLink
            {
                Name = "wan0",
                InterfaceIndex = device,
                Addressing = AddressingKind.Translated,
                NextHopV4 = IPAddress.Parse("10.9.0.2"),
                SourceV4 = IPAddress.Parse("10.9.0.1"),
                NextHopV6 = IPAddress.Parse("fd09::2"),
                SourceV6 = IPAddress.Parse("fd09::1"),
                Usable = true,
            },
        ],
        Associations = [new DatapathAssociation { Name = "minion" }],
    };

    private static TimeSpan ForBatches(SessionTuple[] tuples, bool v6, int sessions, Action<ReadOnlySpan<SessionTuple>> action)
    {
        var watch = new Stopwatch();
        var server = new IPEndPoint(IPAddress.Parse(v6 ? "fd00::10" : "203.0.113.10"), 443);
        for (int i = 0; i < sessions; i += tuples.Length)
        {
            int count = Math.Min(tuples.Length, sessions - i);
            for (int j = 0; j < count; j++)
            {
                // 50,000 ports of each of some hosts.
                (int host, int port) = Math.DivRem(i + j, 50_000);
                var source = new IPEndPoint(IPAddress.Parse(v6 ? $"fd51::{host + 1:x}" : $"10.51.0.{host + 1}"), 1024 + port);
                tuples[j] = new SessionTuple(ProtocolType.Tcp, source, server);
            }

            watch.Start();
            action(tuples.AsSpan(0, count));
            watch.Stop();
        }

        return watch.Elapsed;
    }

    private static (long Tables, long Others, long Held) ReadMaps(string pins, bool v6)
    {
        long tables = 0;
        long others = 0;
        long held = 0;
        string suffix = v6 ? "6" : "4";
        foreach (string path in Directory.GetFiles(Path.Combine(pins, "maps")))
        {
            using BpfMap map = BpfMap.OpenPinned(path);
            string name = Path.GetFileName(path);
            bool own = name == "clv_sessions" + suffix || name == "clv_reverse" + suffix;
            long bytes = map.ReadUsage()?.MemoryBytes ?? throw new InvalidOperationException($"The kernel does not say what {name} takes.");
            tables += own ? bytes : 0;
            others += own ? 0 : bytes;
            held += name == "clv_sessions" + suffix ? Count(map) : 0;
        }

        return (tables, others, held);
    }

    // The map's own count of its elements, key by key: by no number that the library keeps.
    private static long Count(BpfMap map)
    {
        long count = 0;
        Span<byte> key = stackalloc byte[map.KeySize];
        for (bool more = map.TryGetNextKey([], key); more; more = map.TryGetNextKey(key, key))
        {
            count++;
        }

        return count;
    }

    private static long OwnBytes()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        const string Name = "RssAnon:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[Name.Length..^2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
