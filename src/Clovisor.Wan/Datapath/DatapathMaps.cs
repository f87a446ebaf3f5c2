using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The maps and the programs that use them: new, or those that a process before left pinned.</summary>
internal sealed class DatapathMaps : IDisposable
{
    private const string ObjectName = "wan.bpf.o";
    private const string LayoutMap = "clv_layout";
    private const string SessionsV4 = "clv_sessions4";
    private const string SessionsV6 = "clv_sessions6";
    private const string ReverseV4 = "clv_reverse4";
    private const string ReverseV6 = "clv_reverse6";
    private const string InboundV4 = "clv_inbound4";
    private const string InboundV6 = "clv_inbound6";
    private const int Einval = 22;

    private readonly BpfArrayMap<ClvLink> _links;
    private readonly BpfArrayMap<ClvAssociation> _associations;
    private readonly BpfArrayMap<ClvSlotTable> _slots;
    private readonly BpfArrayMap<uint> _tags;
    private readonly BpfArrayMap<ClvPortBlock> _ports;
    private readonly BpfArrayMap<ClvSettings> _settings;

    private DatapathMaps(BpfObject loaded, bool adopted)
    {
        WasAdopted = adopted;
        _links = loaded.ArrayMap<ClvLink>("clv_links");
        _associations = loaded.ArrayMap<ClvAssociation>("clv_assocs");
        _slots = loaded.ArrayMap<ClvSlotTable>("clv_slots");
        _tags = loaded.ArrayMap<uint>("clv_dscp");
        _ports = loaded.ArrayMap<ClvPortBlock>("clv_ports");
        Sessions = new SessionMap(loaded.HashMap<ClvTupleV4, ClvSession>(SessionsV4), loaded.HashMap<ClvTuple, ClvSession>(SessionsV6));
        Reverse = new ReverseMap(loaded.HashMap<ClvTupleV4, ClvOriginV4>(ReverseV4), loaded.HashMap<ClvTuple, ClvOrigin>(ReverseV6));
        Inbound = new InboundMap(loaded.HashMap<ClvTupleV4, ClvAnswer>(InboundV4), loaded.HashMap<ClvTuple, ClvAnswer>(InboundV6));
        Sources = new LinkSources(loaded.ArrayMap<ClvSource>("clv_sources"));
        _settings = loaded.ArrayMap<ClvSettings>("clv_settings");
        FarEnds = new FarEnds(_links.ReadAll());
        Homes = new HomeDevices(loaded.ArrayMap<ClvHome>("clv_homes"));
        Announced = loaded.HashMap<ulong, uint>("clv_announced");
        Counters = loaded.PerCpuArrayMap<ulong>("clv_counters");
        Ethernet = new DatapathPrograms(loaded, "");
        L3 = new DatapathPrograms(loaded, DatapathPrograms.L3Suffix);
    }

    internal bool WasAdopted { get; }

    internal SessionMap Sessions { get; }

    internal ReverseMap Reverse { get; }

    internal InboundMap Inbound { get; }

    internal LinkSources Sources { get; }

    internal FarEnds FarEnds { get; }

    internal HomeDevices Homes { get; }

    internal BpfHashMap<ulong, uint> Announced { get; }

    internal BpfPerCpuArrayMap<ulong> Counters { get; }

    /// <summary>For devices with Ethernet headers.</summary>
    internal DatapathPrograms Ethernet { get; }

    /// <summary>For those without.</summary>
    internal DatapathPrograms L3 { get; }

    internal BpfProgram Egress => Ethernet.Egress;

    internal BpfProgram Ingress => Ethernet.Ingress;

    internal BpfProgram Lan => Ethernet.Lan;

    internal static BpfObjectFile OpenObject(string name = ObjectName)
    {
        using Stream resource = typeof(DatapathMaps).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly was built without its BPF object {name}.");
        byte[] elf = new byte[resource.Length];
        resource.ReadExactly(elf);
        return BpfObjectFile.Open(elf, name);
    }

    internal static DatapathMaps OpenOrCreate(PinDirectory pins, WanDatapathSettings settings)
    {
        using BpfObjectFile file = OpenObject();
        bool adopting = File.Exists(pins.Map(LayoutMap));
        if (adopting)
        {
            Reuse(file, pins);
        }
        else
        {
            // Left by a start that was killed before it was done: nothing uses them.
            pins.RemoveMaps();
            file.Map(SessionsV4).MaxEntries = file.Map(ReverseV4).MaxEntries = (uint)settings.MaxSessions;
            file.Map(SessionsV6).MaxEntries = file.Map(ReverseV6).MaxEntries = (uint)settings.MaxSessionsV6;
            file.Map(InboundV4).MaxEntries = file.Map(InboundV6).MaxEntries = (uint)settings.MaxInbound;
        }

        using BpfObject loaded = file.Load();
        DatapathMaps? maps = null;
        try
        {
            maps = new DatapathMaps(loaded, adopting);
            if (!adopting)
            {
                Pin(loaded, pins);
            }

            DatapathMaps result = maps;
            maps = null;
            return result;
        }
        catch when (!adopting)
        {
            pins.RemoveMaps();
            throw;
        }
        finally
        {
            maps?.Dispose();
        }
    }

    /// <summary>The links of a datapath that no process runs; none where its maps are gone or of another layout.</summary>
    internal static ClvLink[] ReadPinnedLinks(PinDirectory pins) => ReadPinned<ClvLink>(pins.Map("clv_links"));

    /// <summary>The devices of such a datapath, as <see cref="ReadPinnedLinks"/>.</summary>
    internal static int[] ReadPinnedDevices(PinDirectory pins) =>
        [.. ReadPinned<ClvHome>(pins.Map("clv_homes")).Where(home => home.Ifindex != 0).Select(home => (int)home.Ifindex)];

    internal PlanImage Read() => new(_links.ReadAll(), _associations.ReadAll(), _slots.ReadAll(), _tags.ReadAll(), _ports.ReadAll());

    internal void WriteLink(int index, in ClvLink link) => _links[index] = link;

    internal void WriteSlots(int index, in ClvSlotTable table) => _slots[index] = table;

    /// <summary>
    /// Brings the maps from one image to another while packets flow. Links open before slots name them, and close after slots have left
    /// them. A link that its peers would see change is closed for that moment, so that no packet mixes the old and the new.
    /// </summary>
    internal void Write(PlanImage from, PlanImage to)
    {
        bool paired = to.Links.Any(static link => link.IsPaired);
        if (paired)
        {
            WritePaired(paired);
        }

        List<int> closing = [];
        List<int> reopening = [];
        for (int i = 0; i < to.Links.Length; i++)
        {
            if (Same(in from.Links[i], in to.Links[i]))
            {
                continue;
            }

            if (to.Links[i].Ifindex != 0 && from.Links[i].Generation != to.Links[i].Generation)
            {
                Sources.Write(i, in to.Links[i]);
            }

            if (!to.Links[i].IsUsable)
            {
                closing.Add(i);
            }
            else if (from.Links[i].IsUsable && from.Links[i].Generation != to.Links[i].Generation)
            {
                _links[i] = Closed(in from.Links[i]);
                reopening.Add(i);
            }
            else
            {
                _links[i] = Closed(in to.Links[i]);
                _links[i] = to.Links[i];
            }
        }

        if (reopening.Count > 0)
        {
            GracePeriod.Wait();
            reopening.ForEach(i => _links[i] = Closed(in to.Links[i]));
            GracePeriod.Wait();
            reopening.ForEach(i => _links[i] = to.Links[i]);
        }

        WriteChanged(_associations, from.Associations, to.Associations);
        WriteChanged(_slots, from.Slots, to.Slots);
        WriteChanged(_tags, from.Tags, to.Tags);
        WriteChanged(_ports, from.Ports, to.Ports);
        closing.ForEach(i => _links[i] = to.Links[i]);
        FarEnds.Set(to.Links);
        if (!paired)
        {
            WritePaired(paired);
        }
    }

    public void Dispose()
    {
        _links.Dispose();
        _associations.Dispose();
        _slots.Dispose();
        _tags.Dispose();
        _ports.Dispose();
        _settings.Dispose();
        Sessions.Dispose();
        Reverse.Dispose();
        Inbound.Dispose();
        Sources.Dispose();
        Homes.Dispose();
        Announced.Dispose();
        Counters.Dispose();
        Ethernet.Dispose();
        L3.Dispose();
    }

    // How tags are read is another's part of the same entry.
    private void WritePaired(bool paired)
    {
        ClvSettings settings = _settings[0];
        ClvSettingFlag flags = paired ? settings.Flags | ClvSettingFlag.Paired : settings.Flags & ~ClvSettingFlag.Paired;
        if (flags != settings.Flags)
        {
            _settings[0] = settings with { Flags = flags };
        }
    }

    private static T[] ReadPinned<T>(string path)
        where T : unmanaged
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using BpfMap map = BpfMap.OpenPinned(path);
        try
        {
            using var array = new BpfArrayMap<T>(map);
            return array.ReadAll();
        }
        catch (BpfMapIncompatibleException)
        {
            return [];
        }
    }

    private static ClvLink Closed(in ClvLink link) => link with { Flags = link.Flags & ~ClvLinkFlag.Usable };

    private static void WriteChanged<T>(BpfArrayMap<T> map, T[] from, T[] to)
        where T : unmanaged
    {
        for (int i = 0; i < to.Length; i++)
        {
            if (!Same(in from[i], in to[i]))
            {
                map[i] = to[i];
            }
        }
    }

    private static bool Same<T>(in T left, in T right)
        where T : unmanaged => LayoutBytes.Of(in left).SequenceEqual(LayoutBytes.Of(in right));

    private static void Reuse(BpfObjectFile file, PinDirectory pins)
    {
        const string Remedy = "Packets still flow by the state that was left. To start anew, which ends translated sessions, remove it first (BpfWanDatapath.Uninstall), or use the version of Clovisor that made it.";
        try
        {
            foreach (BpfMapDefinition definition in file.Maps)
            {
                using BpfMap pinned = BpfMap.OpenPinned(pins.Map(definition.Name));
                if (definition.Name is SessionsV4 or SessionsV6 or ReverseV4 or ReverseV6 or InboundV4 or InboundV6)
                {
                    definition.MaxEntries = pinned.MaxEntries;
                }

                definition.Reuse(pinned);
            }
        }
        catch (BpfMapIncompatibleException e)
        {
            throw new BpfException("adopt", pins.Path, Einval, $"{e.Message}. {Remedy}");
        }

        using BpfMap layoutMap = BpfMap.OpenPinned(pins.Map(LayoutMap));
        using var layout = new BpfArrayMap<ClvLayout>(layoutMap);
        ClvLayout found = layout[0];
        if (found.Version != ClvLayout.CurrentVersion)
        {
            throw new BpfException(
                "adopt", pins.Path, Einval, $"The maps there have layout {found.Version}, this version of Clovisor has {ClvLayout.CurrentVersion}. {Remedy}");
        }

        if (found.NetworkNamespace != NetworkNamespaceId.OfThisThread())
        {
            throw new BpfException(
                "adopt",
                pins.Path,
                Einval,
                "The maps there belong to another network namespace, and name its devices. Run in that one, or choose another PinDirectory.");
        }
    }

    // The layout goes last: its pin says that the others are whole.
    private static void Pin(BpfObject loaded, PinDirectory pins)
    {
        using BpfArrayMap<ClvLayout> layout = loaded.ArrayMap<ClvLayout>(LayoutMap);
        layout[0] = new ClvLayout { Version = ClvLayout.CurrentVersion, NetworkNamespace = NetworkNamespaceId.OfThisThread() };
        foreach (string name in loaded.MapNames.Where(name => name != LayoutMap))
        {
            using BpfMap map = loaded.Map(name);
            map.Pin(pins.Map(name));
        }

        layout.Map.Pin(pins.Map(LayoutMap));
    }
}
