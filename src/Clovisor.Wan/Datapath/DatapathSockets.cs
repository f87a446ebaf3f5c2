using Clovisor.Bpf;
using Clovisor.Bpf.Cgroups;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Storage;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The program on the control group whose tags count. Its link is pinned, and outlives the process as the devices' do.</summary>
internal sealed class DatapathSockets : IDisposable
{
    private const string ObjectName = "wan_sockops.bpf.o";

    private readonly BpfHashMap<ulong, uint> _announced;
    private CgroupAttachment? _attachment;
    private LinkQualityCounters? _quality;

    private DatapathSockets(BpfHashMap<ulong, uint> announced) => _announced = announced;

    internal bool IsAttached => _attachment is not null;

    /// <summary>What the group's connections tell of their links; null where no group is named.</summary>
    internal LinkQualityCounters? Quality => _quality;

    /// <summary>
    /// Brings into force how tags are read. The program is attached before other tags cease to count, and taken from another group after
    /// they count again, so that no connection of a proxy falls between.
    /// </summary>
    internal static DatapathSockets Start(PinDirectory pins, DatapathMaps maps, WanDatapathSettings settings)
    {
        var sockets = new DatapathSockets(maps.Announced);
        try
        {
            string? kept = null;
            if (settings.TrustedCgroup is { } group)
            {
                kept = pins.SocketHook(Cgroup.ReadId(group));
                (sockets._attachment, sockets._quality) = Attach(pins, group, kept);
            }

            WriteSettings(pins, settings);
            foreach (string pin in pins.PinnedSocketHooks().Where(pin => pin != kept).ToList())
            {
                RemoveHook(pin);
            }

            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>Removes what is left on control groups by a process that is gone.</summary>
    internal static void RemoveLeftovers(PinDirectory pins)
    {
        foreach (string pin in pins.PinnedSocketHooks().ToList())
        {
            RemoveHook(pin);
        }
    }

    /// <summary>Notes the association of a socket that will connect.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    internal void Announce(ulong cookie, int association) => _announced[cookie] = (uint)association + 1;

    internal void Detach()
    {
        _attachment?.Detach();
        _attachment = null;
    }

    /// <summary>Lets go of the program and leaves it in place.</summary>
    public void Dispose()
    {
        _attachment?.Dispose();
        _quality?.Dispose();
    }

    internal static BpfObjectFile OpenObject() => DatapathObject.Open(ObjectName);

    private static (CgroupAttachment Attachment, LinkQualityCounters Quality) Attach(PinDirectory pins, string group, string pin)
    {
        using BpfObjectFile file = OpenObject();

        // The others are the program's own, and end with it.
        foreach (BpfMapDefinition definition in file.Maps.Where(definition => File.Exists(pins.Map(definition.Name))))
        {
            using BpfMap pinned = BpfMap.OpenPinned(pins.Map(definition.Name));
            definition.MaxEntries = pinned.MaxEntries;
            definition.Reuse(pinned);
        }

        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("clv_connect");
        var quality = new LinkQualityCounters(loaded.PerCpuArrayMap<ClvQuality>("clv_quality"));
        try
        {
            return (program.AttachCgroup(group, options: new CgroupAttachOptions { Kind = CgroupAttachmentKind.Link, PinPath = pin }), quality);
        }
        catch
        {
            quality.Dispose();
            throw;
        }
    }

    private static void WriteSettings(PinDirectory pins, WanDatapathSettings settings)
    {
        if (settings.TrustedCgroup is { } group)
        {
            using BpfMap pinned = BpfMap.OpenPinned(pins.Map("clv_trusted"));
            using var trusted = new BpfCgroupArray(pinned);
            trusted.Set(0, group);
        }

        using BpfMap pinnedSettings = BpfMap.OpenPinned(pins.Map("clv_settings"));
        using var map = new BpfArrayMap<ClvSettings>(pinnedSettings);
        map[0] = new ClvSettings
        {
            // Whether links are paired is the plan's to say.
            Flags = (map[0].Flags & ClvSettingFlag.Paired)
                | (settings.ClearTags ? ClvSettingFlag.ClearTags : ClvSettingFlag.None)
                | (settings.TrustedCgroup is null ? ClvSettingFlag.None : ClvSettingFlag.TrustedOnly)
                | (settings.AnswersByLink ? ClvSettingFlag.Answers : ClvSettingFlag.None),
            DscpMask = settings.DscpMask,
        };
        if (settings.TrustedCgroup is null)
        {
            // Otherwise the group's directory would be remembered by the kernel long after it was deleted.
            using BpfMap pinned = BpfMap.OpenPinned(pins.Map("clv_trusted"));
            using var trusted = new BpfCgroupArray(pinned);
            trusted.Remove(0);
        }
    }

    private static void RemoveHook(string pin)
    {
        using BpfLink link = BpfLink.OpenPinned(pin);
        link.Unpin();
        // A group that was deleted has let go of it already.
        if (link.ReadInfo() is CgroupLinkInfo { CgroupId: not 0 })
        {
            link.Detach();
        }
    }
}
