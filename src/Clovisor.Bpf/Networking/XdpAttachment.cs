using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>A program attached to a device's receive path: by a link, or by netlink on kernels before 5.9.</summary>
/// <remarks>
/// A device takes one program a mode, and one that is there already stays: attaching is refused then. The device is that of the network namespace which
/// the attaching thread is in. Needs CAP_NET_ADMIN and CAP_BPF, or root. Not safe for use from several threads at once.
/// </remarks>
public sealed class XdpAttachment : IDisposable
{
    private readonly XdpHook? _hook;
    private readonly bool _stays;
    private BpfProgram? _held;
    private bool _ended;

    private XdpAttachment(int interfaceIndex, XdpMode mode, BpfLink? link, XdpHook? hook, bool adopted, bool stays)
    {
        InterfaceIndex = interfaceIndex;
        Mode = mode;
        Link = link;
        _hook = hook;
        WasAdopted = adopted;
        _stays = stays;
    }

    /// <summary>The device.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Where the program runs, as it came out: never <see cref="XdpMode.NativeThenGeneric"/>.</summary>
    public XdpMode Mode { get; }

    /// <summary>The link, owned by this instance; null when netlink attached it.</summary>
    public BpfLink? Link { get; }

    /// <summary>Whether an attachment that a process before had left was taken over.</summary>
    public bool WasAdopted { get; }

    /// <summary>What runs on a device, attached by whomever; null when nothing does.</summary>
    /// <param name="interfaceIndex">Index of the device in the network namespace of the calling thread.</param>
    /// <exception cref="BpfException">There is no such device.</exception>
    public static XdpState? Find(int interfaceIndex)
    {
        using var hook = new XdpHook(interfaceIndex);
        return hook.Find();
    }

    internal static XdpAttachment Attach(BpfProgram program, int interfaceIndex, XdpAttachOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interfaceIndex, 1);
        program.RequireType("XDP", BpfProgramType.Xdp);
        var hook = new XdpHook(interfaceIndex);
        try
        {
            bool stays = options.PinPath is not null;
            if (options.ByNetlink != true)
            {
                if (options.PinPath is { } pin && Adopt(program, interfaceIndex, pin) is { } adopted)
                {
                    XdpMode running = hook.Find()?.Mode ?? XdpMode.Generic;
                    hook.Dispose();
                    return new XdpAttachment(interfaceIndex, running, adopted, null, adopted: true, stays);
                }

                BpfLink? link = null;
                int result = XdpHook.Try(options.Mode, mode => hook.TryLink(program, mode, out link), out XdpMode effective);
                if (link is not null)
                {
                    link.PinOrDispose(options.PinPath);
                    hook.Dispose();
                    return new XdpAttachment(interfaceIndex, effective, link, null, adopted: false, stays);
                }

                if (options.ByNetlink == false || result != -Errno.EINVAL)
                {
                    throw hook.Refusal(program, -result, effective);
                }
            }

            return AttachByNetlink(hook, program, interfaceIndex, options.Mode, stays);
        }
        catch
        {
            hook.Dispose();
            throw;
        }
    }

    /// <summary>Swaps the program in one step: every packet sees the old one or the new one.</summary>
    /// <param name="program">The program to run from now on.</param>
    /// <exception cref="BpfException">The kernel refused, or somebody put another program there; what runs goes on.</exception>
    public void Replace(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(_ended, this);
        Link?.Update(program);
        if (_hook is not null && _held is { } old)
        {
            _hook.Replace(program, old, Mode);
            _held = program.Duplicate();
            old.Dispose();
        }
    }

    /// <summary>Detaches now, pinned or not, and removes the pin. Calling it again does nothing.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Detach()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        try
        {
            Link?.Remove();
            if (_held is { } program)
            {
                _hook?.Detach(program, Mode);
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Detaches, unless the attachment was made to outlive its owner by <see cref="XdpAttachOptions.PinPath"/>.</summary>
    public void Dispose()
    {
        if (_stays)
        {
            _ended = true;
            Close();
        }
        else
        {
            Detach();
        }
    }

    private void Close()
    {
        Link?.Dispose();
        _hook?.Dispose();
        _held?.Dispose();
    }

    private static XdpAttachment AttachByNetlink(XdpHook hook, BpfProgram program, int interfaceIndex, XdpMode policy, bool stays)
    {
        if (stays && hook.Find() is { } state && BpfProgram.OpenById(state.ProgramId) is { } former)
        {
            using (former)
            {
                if (former.KernelName == program.KernelName)
                {
                    hook.Replace(program, former, state.Mode);
                    return new XdpAttachment(interfaceIndex, state.Mode, null, hook, adopted: true, stays) { _held = program.Duplicate() };
                }
            }
        }

        int result = XdpHook.Try(policy, mode => hook.TryAttach(program, mode), out XdpMode effective);
        return result < 0
            ? throw hook.Refusal(program, -result, effective)
            : new XdpAttachment(interfaceIndex, effective, null, hook, adopted: false, stays) { _held = program.Duplicate() };
    }

    /// <summary>Takes over the link pinned at a path. A link whose device is gone is removed: null, attach anew.</summary>
    private static BpfLink? Adopt(BpfProgram program, int interfaceIndex, string pin) => BpfLink.Adopt(
        pin,
        program,
        info => info is XdpLinkInfo xdp && xdp.InterfaceIndex == interfaceIndex,
        static info => info is XdpLinkInfo { InterfaceIndex: 0 },
        $"attach {program.Name} by XDP to",
        $"interface {interfaceIndex}");
}
