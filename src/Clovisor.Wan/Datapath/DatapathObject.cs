using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The object file of the programs, and what becomes of its maps: made anew and pinned, or those that are pinned already.</summary>
internal static class DatapathObject
{
    private const string Name = "wan.bpf.o";
    private const string LayoutMap = "clv_layout";
    internal const string SessionsV4 = "clv_sessions4";
    internal const string SessionsV6 = "clv_sessions6";
    internal const string ReverseV4 = "clv_reverse4";
    internal const string ReverseV6 = "clv_reverse6";
    internal const string InboundV4 = "clv_inbound4";
    internal const string InboundV6 = "clv_inbound6";
    internal const string Events = "clv_events";
    internal const string EventState = "clv_event_state";
    private const string Negative = "clv_negative";
    private const int Einval = 22;

    // Maps that came later, without a change of the layout: whoever left the others did not have them. They are made as they are missed, and say nothing of sessions.
    private static readonly string[] Later = [Events, EventState, Negative];

    internal static BpfObjectFile Open(string name = Name)
    {
        using Stream resource = typeof(DatapathObject).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly was built without its BPF object {name}.");
        byte[] elf = new byte[resource.Length];
        resource.ReadExactly(elf);
        return BpfObjectFile.Open(elf, name);
    }

    /// <summary>Whether a process before left whole maps.</summary>
    internal static bool IsPinned(PinDirectory pins) => File.Exists(pins.Map(LayoutMap));

    /// <summary>Gives new tables the sizes that are asked for.</summary>
    internal static void Resize(BpfObjectFile file, WanDatapathSettings settings)
    {
        file.Map(SessionsV4).MaxEntries = file.Map(ReverseV4).MaxEntries = (uint)settings.MaxSessions;
        file.Map(SessionsV6).MaxEntries = file.Map(ReverseV6).MaxEntries = (uint)settings.MaxSessionsV6;
        file.Map(InboundV4).MaxEntries = file.Map(InboundV6).MaxEntries = (uint)settings.MaxInbound;
    }

    /// <summary>Has the maps taken that are pinned there. Sizes of tables are those they have.</summary>
    /// <returns>The names of maps that came later, and are not there: they will be made.</returns>
    /// <exception cref="BpfException">They are of another layout, or of another network namespace.</exception>
    internal static IReadOnlyList<string> Reuse(BpfObjectFile file, PinDirectory pins)
    {
        const string Remedy = "Packets still flow by the state that was left. To start anew, which ends translated sessions, remove it first (BpfWanDatapath.Uninstall), or use the version of Clovisor that made it.";
        List<string> missing = [];
        try
        {
            foreach (BpfMapDefinition definition in file.Maps)
            {
                if (Later.Contains(definition.Name) && !File.Exists(pins.Map(definition.Name)))
                {
                    missing.Add(definition.Name);
                    continue;
                }

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

        return missing;
    }

    /// <summary>Pins new maps. The layout goes last: its pin says that the others are whole.</summary>
    internal static void Pin(BpfObject loaded, PinDirectory pins)
    {
        using BpfArrayMap<ClvLayout> layout = loaded.ArrayMap<ClvLayout>(LayoutMap);
        layout[0] = new ClvLayout { Version = ClvLayout.CurrentVersion, NetworkNamespace = NetworkNamespaceId.OfThisThread() };
        Pin(loaded, pins, loaded.MapNames.Where(name => name != LayoutMap));
        layout.Map.Pin(pins.Map(LayoutMap));
    }

    /// <summary>Pins some of the maps.</summary>
    internal static void Pin(BpfObject loaded, PinDirectory pins, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            using BpfMap map = loaded.Map(name);
            map.Pin(pins.Map(name));
        }
    }
}
