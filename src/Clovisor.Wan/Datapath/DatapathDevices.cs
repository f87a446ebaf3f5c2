using Clovisor.Bpf;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;

namespace Clovisor.Wan.Datapath;

/// <summary>The programs' places on the devices. They outlive the process, by pins with tcx and by themselves with clsact.</summary>
internal sealed class DatapathDevices : IDisposable
{
    private static readonly TcDirection[] Directions = [TcDirection.Ingress, TcDirection.Egress];

    private readonly Dictionary<int, TcAttachment[]> _attached = [];
    private readonly PinDirectory _pins;
    private readonly TcAttachmentKind? _kind;
    private readonly BpfProgram _egress;
    private readonly BpfProgram _ingress;

    internal DatapathDevices(PinDirectory pins, TcAttachmentKind? kind, BpfProgram egress, BpfProgram ingress)
    {
        _pins = pins;
        _kind = kind;
        _egress = egress;
        _ingress = ingress;
    }

    internal IReadOnlyCollection<int> Attached => _attached.Keys;

    /// <summary>Takes over the pinned links that a process before left, swapping their programs; those of devices that are gone are removed.</summary>
    internal void Adopt()
    {
        foreach (IGrouping<int, (string Path, int InterfaceIndex, TcDirection Direction)> device in
            _pins.PinnedHooks().GroupBy(hook => hook.InterfaceIndex).ToList())
        {
            if (device.All(hook => IsAttached(hook.Path, hook.InterfaceIndex)))
            {
                if (_kind != TcAttachmentKind.Clsact)
                {
                    Attach([device.Key]);
                }
            }
            else
            {
                foreach ((string path, _, _) in device)
                {
                    RemoveHook(path);
                }
            }
        }
    }

    /// <summary>Attaches both programs to devices that do not have them. All or nothing.</summary>
    /// <returns>The devices that are new.</returns>
    internal IReadOnlyList<int> Attach(IEnumerable<int> interfaceIndices)
    {
        List<int> added = [];
        try
        {
            foreach (int index in interfaceIndices.Where(index => !_attached.ContainsKey(index)))
            {
                _attached[index] = AttachDevice(index);
                added.Add(index);
            }
        }
        catch
        {
            Detach(added);
            throw;
        }

        return added;
    }

    internal void Detach(IEnumerable<int> interfaceIndices)
    {
        foreach (int index in interfaceIndices.ToList())
        {
            if (_attached.Remove(index, out TcAttachment[]? attachments))
            {
                Array.ForEach(attachments, DetachOne);
            }
        }
    }

    /// <summary>Removes what is left on the devices by a process that is gone.</summary>
    internal static void RemoveLeftovers(PinDirectory pins, IEnumerable<int> interfaceIndices)
    {
        foreach ((string path, _, _) in pins.PinnedHooks().ToList())
        {
            RemoveHook(path);
        }

        foreach (int index in interfaceIndices)
        {
            RemoveClsact(index);
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

    private static void RemoveClsact(int interfaceIndex)
    {
        foreach (TcDirection direction in Directions)
        {
            try
            {
                TcAttachment.RemoveClsactLeftover(interfaceIndex, direction, direction == TcDirection.Egress ? "clv_egress" : "clv_ingress");
            }
            catch (BpfException e) when (e.ErrnoName == "ENODEV")
            {
                // The device is gone, and its filters with it.
            }
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

    private TcAttachment[] AttachDevice(int index)
    {
        // Ingress first: replies of what egress moves must find their way from the first packet on.
        TcAttachment ingress = TcAttachment.Attach(_ingress, index, TcDirection.Ingress, Options(index, TcDirection.Ingress));
        try
        {
            TcAttachment egress = TcAttachment.Attach(_egress, index, TcDirection.Egress, Options(index, TcDirection.Egress));
            RemoveOtherKind(index, egress.Kind);
            return [ingress, egress];
        }
        catch
        {
            DetachOne(ingress);
            throw;
        }
    }

    /// <summary>Removes our programs of the other kind: the setting may have changed between two processes.</summary>
    private void RemoveOtherKind(int index, TcAttachmentKind kind)
    {
        if (kind == TcAttachmentKind.Tcx)
        {
            RemoveClsact(index);
            return;
        }

        foreach (TcDirection direction in Directions)
        {
            string pin = _pins.Hook(index, direction);
            if (File.Exists(pin))
            {
                RemoveHook(pin);
            }
        }
    }

    private TcAttachOptions Options(int index, TcDirection direction) => new() { Kind = _kind, PinPath = _pins.Hook(index, direction) };
}
