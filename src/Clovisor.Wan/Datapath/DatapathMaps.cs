using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The maps and the programs that use them: new, or those that a process before left pinned.</summary>
internal sealed class DatapathMaps : IDisposable
{
    private readonly BpfArrayMap<ClvLink> _links;
    private readonly BpfArrayMap<ClvAssociation> _associations;
    private readonly BpfArrayMap<ClvSlotTable> _slots;
    private readonly BpfArrayMap<uint> _tags;
    private readonly BpfArrayMap<ClvPortBlock> _ports;
    private readonly BpfArrayMap<ClvSettings> _settings;
    private readonly PinDirectory _pins;
    private DatapathPrograms? _l3;

    private DatapathMaps(BpfObject loaded, PinDirectory pins, bool adopted)
    {
        _pins = pins;
        WasAdopted = adopted;
        _links = loaded.ArrayMap<ClvLink>("clv_links");
        _associations = loaded.ArrayMap<ClvAssociation>("clv_assocs");
        _slots = loaded.ArrayMap<ClvSlotTable>("clv_slots");
        _tags = loaded.ArrayMap<uint>("clv_dscp");
        _ports = loaded.ArrayMap<ClvPortBlock>("clv_ports");
        Sessions = new SessionMap(loaded.HashMap<ClvTupleV4, ClvSession>(DatapathObject.SessionsV4), loaded.HashMap<ClvTuple, ClvSession>(DatapathObject.SessionsV6));
        Reverse = new ReverseMap(loaded.HashMap<ClvTupleV4, ClvOriginV4>(DatapathObject.ReverseV4), loaded.HashMap<ClvTuple, ClvOrigin>(DatapathObject.ReverseV6));
        Inbound = new InboundMap(loaded.HashMap<ClvTupleV4, ClvAnswer>(DatapathObject.InboundV4), loaded.HashMap<ClvTuple, ClvAnswer>(DatapathObject.InboundV6));
        Sources = new LinkSources(loaded.ArrayMap<ClvSource>("clv_sources"));
        _settings = loaded.ArrayMap<ClvSettings>("clv_settings");
        FarEnds = new FarEnds(_links.ReadAll());
        Homes = new HomeDevices(loaded.ArrayMap<ClvHome>("clv_homes"));
        Announced = loaded.HashMap<ulong, uint>("clv_announced");
        Counters = loaded.PerCpuArrayMap<ulong>("clv_counters");
        Events = new EventBuffer(loaded.RingBuffer(DatapathObject.Events), loaded.PerCpuArrayMap<ClvEventState>(DatapathObject.EventState));
        Ethernet = new DatapathPrograms(loaded, "");
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

    internal EventBuffer Events { get; }

    /// <summary>For devices with Ethernet headers.</summary>
    internal DatapathPrograms Ethernet { get; }

    /// <summary>For those without. Loaded when first asked for: most nodes have no such device, and loading is most of what a start takes.</summary>
    internal DatapathPrograms L3 => _l3 ??= LoadL3();

    internal BpfProgram Egress => Ethernet.Egress;

    internal BpfProgram Ingress => Ethernet.Ingress;

    internal BpfProgram Lan => Ethernet.Lan;

    internal static DatapathMaps OpenOrCreate(PinDirectory pins, WanDatapathSettings settings)
    {
        bool adopting = DatapathObject.IsPinned(pins);
        using BpfObjectFile file = DatapathObject.Open();
        IReadOnlyList<string> missing = [];
        if (adopting)
        {
            missing = DatapathObject.Reuse(file, pins);
        }
        else
        {
            // Left by a start that was killed before it was done: nothing uses them.
            pins.RemoveMaps();
            DatapathObject.Resize(file, settings);
        }

        DatapathPrograms.Choose(file, string.Empty);
        using BpfObject loaded = file.Load();
        DatapathMaps? maps = null;
        try
        {
            maps = new DatapathMaps(loaded, pins, adopting);
            if (adopting)
            {
                DatapathObject.Pin(loaded, pins, missing);
            }
            else
            {
                DatapathObject.Pin(loaded, pins);
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
            WriteSetting(ClvSettingFlag.Paired, paired);
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
            WriteSetting(ClvSettingFlag.Paired, paired);
        }
    }

    /// <summary>Sets or clears one flag of the settings, whose others are others' to say.</summary>
    internal void WriteSetting(ClvSettingFlag flag, bool on)
    {
        ClvSettings settings = _settings[0];
        ClvSettingFlag flags = on ? settings.Flags | flag : settings.Flags & ~flag;
        if (flags != settings.Flags)
        {
            _settings[0] = settings with { Flags = flags };
        }
    }

    internal bool HasSetting(ClvSettingFlag flag) => (_settings[0].Flags & flag) != 0;

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
        Events.Dispose();
        Ethernet.Dispose();
        _l3?.Dispose();
    }

    private DatapathPrograms LoadL3()
    {
        using BpfObjectFile file = DatapathObject.Open();
        DatapathObject.Reuse(file, _pins);
        DatapathPrograms.Choose(file, DatapathPrograms.L3Suffix);
        using BpfObject loaded = file.Load();
        return new DatapathPrograms(loaded, DatapathPrograms.L3Suffix);
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
}
