using System.Globalization;
using System.Net;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Matrix;

/// <summary>An edge with two WAN devices and the datapath in force, and the far ends of both: real devices, real packets. All that is tagged goes by the second link, translated.</summary>
internal sealed class MatrixSite : IDisposable
{
    internal const byte Tag = 46;

    /// <summary>What the second link carries.</summary>
    internal const int Mtu = 1400;

    private readonly NetworkNamespace _edge = new("medge");
    private readonly NetworkNamespace _cloud = new("mcloud");
    private readonly string _pins = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"clvt-matrix-{Environment.ProcessId}"));
    private readonly BpfWanDatapath _datapath;

    internal MatrixSite()
    {
        try
        {
            foreach (NetworkNamespace side in new[] { _edge, _cloud })
            {
                side.Exec("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.router_solicitations=0", "net.ipv4.ip_forward=0");
            }

            for (int i = 0; i < 2; i++)
            {
                _edge.AddVeth($"wan{i}", _cloud, $"c{i}");
                _edge.Ip("link", "set", $"wan{i}", "address", $"02:00:00:00:0{i}:01", "mtu", i == 1 ? "1400" : "1500");
                _cloud.Ip("link", "set", $"c{i}", "address", $"02:00:00:00:0{i}:02");
                _edge.AddAddress($"wan{i}", $"10.9.{i}.1/24");
                _edge.AddAddress($"wan{i}", $"fd09:{i}::1/64");
                foreach (string hop in new[] { $"10.9.{i}.2", $"fd09:{i}::2" })
                {
                    _edge.Ip("neigh", "replace", hop, "lladdr", $"02:00:00:00:0{i}:02", "dev", $"wan{i}", "nud", "permanent");
                }
            }

            _datapath = _edge.Run(() => BpfWanDatapath.Start(new WanDatapathSettings { PinDirectory = _pins, SweepInterval = Timeout.InfiniteTimeSpan }));
            var plan = new DatapathPlan
            {
                Links = [Link(0), Link(1)],
                Associations = [new DatapathAssociation { Name = "all" }],
                Tags = [new DscpTag(Tag, 0)],
            };
            byte[] slots = new byte[DatapathPlan.SlotsPerAssociation];
            Array.Fill(slots, (byte)1);
            _edge.Run(() => _datapath.Apply(plan, slots));
            EdgeOut = _edge.Run(() => new PacketSocket(_edge.IndexOf("wan0")));
            FarHome = _cloud.Run(() => new PacketSocket(_cloud.IndexOf("c0")));
            FarLink = _cloud.Run(() => new PacketSocket(_cloud.IndexOf("c1")));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>On the device that the node's own routes use: what is sent leaves by it, what is received arrived there.</summary>
    internal PacketSocket EdgeOut { get; } = null!;

    /// <summary>The far end of that device.</summary>
    internal PacketSocket FarHome { get; } = null!;

    /// <summary>The far end of the link that sessions take.</summary>
    internal PacketSocket FarLink { get; } = null!;

    internal uint HomeDevice => (uint)_edge.IndexOf("wan0");

    internal uint LinkDevice => (uint)_edge.IndexOf("wan1");

    internal IReadOnlyDictionary<DatapathReason, long> Counters() => _datapath.Counters();

    /// <summary>What the programs see now.</summary>
    internal Tables Read()
    {
        var tables = new Tables { SenderTrusted = true, Mtus = { [HomeDevice] = 1500, [LinkDevice] = Mtu } };
        Copy("clv_links", tables.Links);
        Copy("clv_assocs", tables.Associations);
        Copy("clv_slots", tables.Slots);
        Copy("clv_dscp", tables.Dscp);
        Copy("clv_ports", tables.Ports);
        Copy("clv_homes", tables.Homes);
        Copy("clv_sources", tables.Sources);
        ClvSettings[] settings = new ClvSettings[1];
        Copy("clv_settings", settings);
        tables.Settings = settings[0];
        tables.Tick = KernelDatapath.TickNow;
        using var sessions = new FamilyTable<ClvSession, ClvSession>(
            Open<ClvTupleV4, ClvSession>("clv_sessions4"), Open<ClvTuple, ClvSession>("clv_sessions6"), static value => value, static value => value);
        using var reverse = new FamilyTable<ClvOrigin, ClvOriginV4>(
            Open<ClvTupleV4, ClvOriginV4>("clv_reverse4"), Open<ClvTuple, ClvOrigin>("clv_reverse6"), static value => ClvOriginV4.From(in value), static value => value.Widen());
        using var fragments = new SingleTable<ClvFragment, ClvFragmentPorts>(Open<ClvFragment, ClvFragmentPorts>("clv_fragments"));
        sessions.Entries().ForEach(entry => tables.Sessions[entry.Key] = entry.Value);
        reverse.Entries().ForEach(entry => tables.Reverse[entry.Key] = entry.Value);
        fragments.Entries().ForEach(entry => tables.Fragments[entry.Key] = entry.Value);
        return tables;
    }

    public void Dispose()
    {
        EdgeOut?.Dispose();
        FarHome?.Dispose();
        FarLink?.Dispose();
        if (_datapath is not null)
        {
            _edge.Run(_datapath.Uninstall);
            _datapath.Dispose();
        }

        _edge.Dispose();
        _cloud.Dispose();
    }

    private DatapathLink Link(int index) => new()
    {
        Name = $"wan{index}",
        InterfaceIndex = _edge.IndexOf($"wan{index}"),
        Addressing = AddressingKind.Translated,
        NextHopV4 = IPAddress.Parse($"10.9.{index}.2"),
        NextHopV6 = IPAddress.Parse($"fd09:{index}::2"),
        SourceV4 = IPAddress.Parse($"10.9.{index}.1"),
        SourceV6 = IPAddress.Parse($"fd09:{index}::1"),
        Usable = true,
    };

    private void Copy<T>(string name, T[] into)
        where T : unmanaged
    {
        using BpfMap pinned = BpfMap.OpenPinned(Path.Combine(_pins, "maps", name));
        using var map = new BpfArrayMap<T>(pinned);
        map.Read(0, into);
    }

    private BpfHashMap<TKey, TValue> Open<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => new(BpfMap.OpenPinned(Path.Combine(_pins, "maps", name)));
}
