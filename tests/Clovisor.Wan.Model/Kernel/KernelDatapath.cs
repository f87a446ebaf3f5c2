using System.Diagnostics;
using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Storage;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Failures;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>The programs in the kernel, attached to nothing, and their maps.</summary>
internal sealed class KernelDatapath : IDisposable
{
    internal const uint Claim0 = 0xc1071501;
    internal const uint Claim1 = 0x0a0d1e55;

    // What the coarse clock is behind: a tick, and as long as a busy machine keeps it waiting.
    private const ulong LagNs = 50_000_000;
    private const int TickBits = 31;
    private readonly BpfObject _loaded;
    private readonly BpfArrayMap<ClvLink> _links;
    private readonly BpfArrayMap<ClvAssociation> _associations;
    private readonly BpfArrayMap<ClvSlotTable> _slots;
    private readonly BpfArrayMap<uint> _dscp;
    private readonly BpfArrayMap<ClvPortBlock> _ports;
    private readonly BpfArrayMap<ClvSettings> _settings;
    private readonly BpfCgroupArray _trusted;
    private readonly BpfPerCpuArrayMap<ulong> _counters;
    private readonly BpfProgram[] _ethernet;
    private readonly BpfProgram[] _l3;
    private readonly BpfArrayMap<ClvHome> _homes;
    private readonly BpfArrayMap<ClvSource> _sources;
    private readonly BpfArrayMap<ulong> _negative;
    private readonly RedirectNotes? _notes;
    private readonly ulong[] _byCpu;
    // A test-run of a packet that a device has summed; before, it passes as any other.
    private static readonly bool CanSum = Environment.OSVersion.Version >= new Version(6, 17);

    private readonly byte[] _output = new byte[8192];

    /// <param name="elf">The object: the shipped one, or one compiled from changed source.</param>
    /// <param name="entries">How many sessions its maps hold.</param>
    internal KernelDatapath(ReadOnlyMemory<byte> elf, uint entries)
    {
        using BpfObjectFile file = BpfObjectFile.Open(elf, "wan.bpf.o");
        foreach (string table in new[] { "clv_sessions4", "clv_sessions6", "clv_reverse4", "clv_reverse6" })
        {
            file.Map(table).MaxEntries = entries;
        }

        InboundCapacity = entries < 16 ? 1 : (int)entries;
        file.Map("clv_inbound4").MaxEntries = file.Map("clv_inbound6").MaxEntries = (uint)InboundCapacity;

        _loaded = file.Load();
        _links = _loaded.ArrayMap<ClvLink>("clv_links");
        _associations = _loaded.ArrayMap<ClvAssociation>("clv_assocs");
        _slots = _loaded.ArrayMap<ClvSlotTable>("clv_slots");
        _dscp = _loaded.ArrayMap<uint>("clv_dscp");
        _ports = _loaded.ArrayMap<ClvPortBlock>("clv_ports");
        _settings = _loaded.ArrayMap<ClvSettings>("clv_settings");
        _trusted = new BpfCgroupArray(_loaded.Map("clv_trusted"));
        _counters = _loaded.PerCpuArrayMap<ulong>("clv_counters");
        Sessions = new FamilyTable<ClvSession, ClvSession>(
            _loaded.HashMap<ClvTupleV4, ClvSession>("clv_sessions4"), _loaded.HashMap<ClvTuple, ClvSession>("clv_sessions6"), static value => value, static value => value);
        Reverse = new FamilyTable<ClvOrigin, ClvOriginV4>(
            _loaded.HashMap<ClvTupleV4, ClvOriginV4>("clv_reverse4"),
            _loaded.HashMap<ClvTuple, ClvOrigin>("clv_reverse6"),
            static value => ClvOriginV4.From(in value),
            static value => value.Widen());
        Fragments = new SingleTable<ClvFragment, ClvFragmentPorts>(_loaded.HashMap<ClvFragment, ClvFragmentPorts>("clv_fragments"));
        Begun = Answers("clv_begun");
        Inbound = Answers("clv_inbound");
        _homes = _loaded.ArrayMap<ClvHome>("clv_homes");
        _sources = _loaded.ArrayMap<ClvSource>("clv_sources");
        _negative = _loaded.ArrayMap<ulong>("clv_negative");
        // In the order of Hook.
        _ethernet = [_loaded.Program("clv_egress"), _loaded.Program("clv_ingress"), _loaded.Program("clv_lan")];
        _l3 = [_loaded.Program("clv_egress_l3"), _loaded.Program("clv_ingress_l3"), _loaded.Program("clv_lan_l3")];
        _notes = RedirectNotes.Of(_loaded);
        Failures = FailingHelpers.Of(_loaded);
        _byCpu = new ulong[_counters.CpuCount];
        Capacity = MeasureCapacity();
    }

    internal KernelTable<ClvTuple, ClvSession> Sessions { get; }

    internal KernelTable<ClvTuple, ClvOrigin> Reverse { get; }

    internal KernelTable<ClvFragment, ClvFragmentPorts> Fragments { get; }

    internal KernelTable<ClvTuple, ClvAnswer> Begun { get; }

    internal KernelTable<ClvTuple, ClvAnswer> Inbound { get; }

    /// <summary>How many connections that opened outside are remembered: not preallocated, so exactly as many as were asked for.</summary>
    internal int InboundCapacity { get; }

    /// <summary>Whether it is seen where packets are sent.</summary>
    internal bool NotesRedirects => _notes is not null;

    /// <summary>Makes helpers fail; null where the programs are not compiled for that.</summary>
    internal FailingHelpers? Failures { get; }

    /// <summary>How many entries the maps of sessions take before they are full: the kernel rounds up.</summary>
    internal int Capacity { get; }

    /// <summary>The shipped object.</summary>
    internal static byte[] Shipped()
    {
        using Stream resource = typeof(BpfWanDatapath).Assembly.GetManifestResourceStream("wan.bpf.o")
            ?? throw new InvalidOperationException("Clovisor.Wan was built without its BPF object wan.bpf.o.");
        byte[] elf = new byte[resource.Length];
        resource.ReadExactly(elf);
        return elf;
    }

    /// <summary>Makes the maps what the tables are.</summary>
    internal void Load(Tables tables, string? trustedGroup)
    {
        _links.WriteRange(0, tables.Links);
        _associations.WriteRange(0, tables.Associations);
        _slots.WriteRange(0, tables.Slots);
        _dscp.WriteRange(0, tables.Dscp);
        _ports.WriteRange(0, tables.Ports);
        _settings[0] = tables.Settings;
        _sources.WriteRange(0, tables.Sources);
        if (trustedGroup is null)
        {
            _trusted.Remove(0);
        }
        else
        {
            _trusted.Set(0, trustedGroup);
        }

        LoadSessions(tables);
    }

    /// <summary>Makes the maps that programs write what the tables are.</summary>
    internal void LoadSessions(Tables tables)
    {
        _homes.WriteRange(0, tables.Homes);
        Sessions.Fill(tables.Sessions);
        Reverse.Fill(tables.Reverse);
        Fragments.Fill(tables.Fragments);
        Begun.Fill(tables.Begun);
        Inbound.Fill(tables.Inbound);
        ForgetNegative();
    }

    /// <summary>
    /// Empties the negative cache. The model has none, since the programs do the same with and without it; but it does not see what others than they
    /// write into the tables behind it.
    /// </summary>
    internal void ForgetNegative() => _negative.WriteRange(0, new ulong[_negative.Count]);

    internal bool Has(string map) => _loaded.MapNames.Contains(map);

    /// <summary>A map by its name, to be disposed by the caller.</summary>
    internal BpfMap Map(string name) => _loaded.Map(name);

    /// <summary>As user space does: its addresses are known before the programs see it in that generation.</summary>
    internal void WriteLink(int index, in ClvLink link)
    {
        _sources[ClvSource.IndexOf(index, link.Generation)] = ClvSource.Of(in link);
        _links[index] = link;
    }

    internal ClvHome Home(int number) => _homes[number];

    internal ClvHome[] Homes() => _homes.ReadAll();

    internal void WriteSlots(int index, in ClvSlotTable slots) => _slots[index] = slots;

    internal ulong Counter(DatapathReason reason)
    {
        _counters.Read((int)reason, _byCpu);
        ulong sum = 0;
        foreach (ulong own in _byCpu)
        {
            sum += own;
        }

        return sum;
    }

    /// <summary>Must be called on a thread of the site's namespace.</summary>
    internal Observation Run(Arrival arrival)
    {
        BpfProgram program = (arrival.L3 ? _l3 : _ethernet)[(int)arrival.Hook];
        var context = new BpfSkbContext { InterfaceIndex = arrival.Device };
        if (arrival.Segments > 0)
        {
            context.SegmentCount = arrival.Segments;
            context.SegmentSize = 100;
        }

        if (arrival.Claimed)
        {
            context.Control[0] = Claim0;
            context.Control[1] = Claim1;
        }

        _notes?.Forget();
        ushort began = Tick(LagNs);
        BpfTestRunResult result;
        if (arrival.Summed && CanSum)
        {
            try
            {
                result = program.TestRunSummed(arrival.Frame, _output, ref context);
            }
            catch (BpfException e) when (e.ErrnoName == "EBADMSG")
            {
                return new Observation(0, [], 0, 0, _notes?.Seen(), began, Tick(0), SumBroken: true);
            }
        }
        else
        {
            result = program.TestRun(arrival.Frame, _output, ref context, 1);
        }

        return new Observation(
            result.ReturnCode, _output[..result.OutputLength], context.Control[0], context.Control[1], _notes?.Seen(), began, Tick(0), SumBroken: false);
    }

    public void Dispose()
    {
        _links.Dispose();
        _associations.Dispose();
        _slots.Dispose();
        _dscp.Dispose();
        _ports.Dispose();
        _settings.Dispose();
        _trusted.Dispose();
        _counters.Dispose();
        Sessions.Dispose();
        Reverse.Dispose();
        Fragments.Dispose();
        Begun.Dispose();
        Inbound.Dispose();
        _homes.Dispose();
        _sources.Dispose();
        _negative.Dispose();
        _notes?.Dispose();
        Failures?.Dispose();
        Array.ForEach(_ethernet, static program => program.Dispose());
        Array.ForEach(_l3, static program => program.Dispose());
        _loaded.Dispose();
    }

    /// <summary>The tick of the clock of sessions at most, and at least, whatever the kernel's coarse clock is behind.</summary>
    internal static ushort TickNow => Tick(0);

    internal static ushort TickBefore => Tick(LagNs);

    private static ushort Tick(ulong lag) => (ushort)(((ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency)) - lag) >> TickBits);

    private FamilyTable<ClvAnswer, ClvAnswer> Answers(string name) => new(
        _loaded.HashMap<ClvTupleV4, ClvAnswer>(name + "4"), _loaded.HashMap<ClvTuple, ClvAnswer>(name + "6"), static value => value, static value => value);

    private int MeasureCapacity()
    {
        int count = 0;
        try
        {
            for (; count < 1_000_000; count++)
            {
                var key = new ClvTuple { Sport = (ushort)count, Dport = (ushort)(count >> 16), Protocol = 1 };
                Reverse.TryAdd(in key, default(ClvOrigin));
            }
        }
        catch (BpfException e) when (e.ErrnoName == "E2BIG")
        {
            Reverse.Fill([]);
            return count;
        }

        throw new InvalidOperationException("The map of arriving tuples never was full.");
    }
}
