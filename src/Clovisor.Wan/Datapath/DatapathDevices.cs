using Clovisor.Bpf;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Datapath;

/// <summary>The programs' places on the devices. They outlive the process, by pins with tcx and by themselves with clsact.</summary>
internal sealed class DatapathDevices : IDisposable
{
    // The names that filters of clsact are known by.
    private static readonly (TcDirection Direction, string Program)[] Hooks =
    [
        (TcDirection.Ingress, "clv_ingress"), (TcDirection.Egress, "clv_egress"), (TcDirection.Ingress, "clv_lan"),
        (TcDirection.Ingress, "clv_ingress_l3"), (TcDirection.Egress, "clv_egress_l3"), (TcDirection.Ingress, "clv_lan_l3"),
    ];

    private readonly Dictionary<DatapathDevice, TcAttachment[]> _attached = [];
    private readonly PinDirectory _pins;
    private readonly TcAttachmentKind? _kind;
    private readonly DatapathMaps _maps;

    internal DatapathDevices(PinDirectory pins, TcAttachmentKind? kind, DatapathMaps maps)
    {
        _pins = pins;
        _kind = kind;
        _maps = maps;
    }

    internal IReadOnlyCollection<DatapathDevice> Attached => _attached.Keys;

    /// <summary>Takes over the pinned links that a process before left, swapping their programs; those of devices that are gone are removed.</summary>
    internal void Adopt()
    {
        foreach (IGrouping<DatapathDevice, string> device in _pins.PinnedHooks().GroupBy(hook => hook.Device, hook => hook.Path).ToList())
        {
            if (device.All(path => IsAttached(path, device.Key.InterfaceIndex)))
            {
                if (_kind != TcAttachmentKind.Clsact)
                {
                    Attach([device.Key]);
                }
            }
            else
            {
                foreach (string path in device)
                {
                    RemoveHook(path);
                }
            }
        }
    }

    /// <summary>Attaches the programs to devices that do not have them. All or nothing.</summary>
    /// <returns>The devices that are new.</returns>
    internal IReadOnlyList<DatapathDevice> Attach(IEnumerable<DatapathDevice> devices)
    {
        List<DatapathDevice> added = [];
        try
        {
            foreach (DatapathDevice device in devices.Where(device => !_attached.ContainsKey(device)))
            {
                _attached[device] = AttachDevice(device);
                added.Add(device);
            }
        }
        catch
        {
            Detach(added);
            throw;
        }

        return added;
    }

    internal void Detach(IEnumerable<DatapathDevice> devices)
    {
        foreach (DatapathDevice device in devices.ToList())
        {
            if (_attached.Remove(device, out TcAttachment[]? attachments))
            {
                Array.ForEach(attachments, DetachOne);
            }
        }
    }

    /// <summary>Removes what is left on the devices by a process that is gone.</summary>
    internal static void RemoveLeftovers(PinDirectory pins, IEnumerable<int> interfaceIndices)
    {
        foreach ((string path, _) in pins.PinnedHooks().ToList())
        {
            RemoveHook(path);
        }

        foreach (int index in interfaceIndices)
        {
            Array.ForEach(Hooks, hook => RemoveClsact(index, hook.Direction, hook.Program));
        }
    }

    /// <summary>Lets go of everything and leaves it in place.</summary>
    public void Dispose()
    {
        foreach (TcAttachment attachment in _attached.Values.SelectMany(attachments => attachments))
        {
            attachment.Dispose();
        }

        _attached.Clear();
    }

    private static bool IsAttached(string path, int interfaceIndex)
    {
        using BpfLink link = BpfLink.OpenPinned(path);
        return link.ReadInfo() is TcxLinkInfo tcx && tcx.InterfaceIndex == interfaceIndex;
    }

    private static void RemoveHook(string path)
    {
        using BpfLink link = BpfLink.OpenPinned(path);
        link.Unpin();
        if (link.ReadInfo() is TcxLinkInfo { InterfaceIndex: not 0 })
        {
            link.Detach();
        }
    }

    private static void RemoveClsact(int interfaceIndex, TcDirection direction, string program)
    {
        try
        {
            TcAttachment.RemoveClsactLeftover(interfaceIndex, direction, program);
        }
        catch (BpfException e) when (e.ErrnoName == "ENODEV")
        {
            // The device is gone, and its filters with it.
        }
    }

    // A device that was deleted has taken its filters along: then there is nothing to detach from.
    private static void DetachOne(TcAttachment attachment)
    {
        try
        {
            attachment.Detach();
        }
        catch (BpfException e) when (e.ErrnoName is "ENODEV" or "ENOLINK" or "ENOENT")
        {
            attachment.Dispose();
        }
    }

    private TcAttachment[] AttachDevice(DatapathDevice device)
    {
        int index = device.InterfaceIndex;
        DatapathPrograms programs = LinkLayer.IsNone(index) ? _maps.L3 : _maps.Ethernet;
        if (device.IsLan)
        {
            return [AttachOne(programs.Lan, "clv_lan" + programs.Suffix, index, TcDirection.Ingress, _pins.LanHook(index))];
        }

        // Ingress first: replies of what egress moves must find their way from the first packet on.
        TcAttachment ingress = AttachOne(programs.Ingress, "clv_ingress" + programs.Suffix, index, TcDirection.Ingress, _pins.Hook(index, TcDirection.Ingress));
        try
        {
            return [ingress, AttachOne(programs.Egress, "clv_egress" + programs.Suffix, index, TcDirection.Egress, _pins.Hook(index, TcDirection.Egress))];
        }
        catch
        {
            DetachOne(ingress);
            throw;
        }
    }

    private TcAttachment AttachOne(BpfProgram program, string name, int index, TcDirection direction, string pin)
    {
        TcAttachment attachment = TcAttachment.Attach(program, index, direction, new TcAttachOptions { Kind = _kind, PinPath = pin });

        // Our program of the other kind goes: the setting may have changed between two processes.
        if (attachment.Kind == TcAttachmentKind.Tcx)
        {
            RemoveClsact(index, direction, name);
        }
        else if (File.Exists(pin))
        {
            RemoveHook(pin);
        }

        return attachment;
    }
}
