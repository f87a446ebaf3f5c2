using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Netlink;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>One device's receive path in the network namespace of the thread that made this.</summary>
internal sealed class XdpHook : IDisposable
{
    private readonly NetlinkSocket _socket = new();
    private readonly int _interfaceIndex;

    internal XdpHook(int interfaceIndex) => _interfaceIndex = interfaceIndex;

    /// <summary>Tries the modes that a policy allows, best first. Minus errno of the last when none works.</summary>
    internal static int Try(XdpMode policy, Func<XdpMode, int> attach, out XdpMode effective)
    {
        effective = policy == XdpMode.NativeThenGeneric ? XdpMode.Native : policy;
        int result = attach(effective);
        if (result < 0 && policy == XdpMode.NativeThenGeneric && DriverCannot(result))
        {
            effective = XdpMode.Generic;
            result = attach(effective);
        }

        return result;
    }

    internal int TryLink(BpfProgram program, XdpMode mode, out BpfLink? link)
    {
        var attributes = new LinkCreateAttributes { Target = (uint)_interfaceIndex, AttachType = (uint)BpfAttachType.Xdp, Flags = XdpRequests.Flag(mode) };
        return LinkCommands.TryCreate(program, ref attributes, out link);
    }

    internal int TryAttach(BpfProgram program, XdpMode mode) => XdpRequests.TryAttach(_socket, _interfaceIndex, program.Handle, mode, out _);

    /// <summary>Swaps the programs when the expected one is there still.</summary>
    internal void Replace(BpfProgram program, BpfProgram expected, XdpMode mode)
    {
        int result = XdpRequests.TryReplace(_socket, _interfaceIndex, program.Handle, expected.Handle, mode, out string? text);
        if (result < 0)
        {
            throw Refusal(program, -result, mode, text);
        }
    }

    /// <summary>Takes the program off, unless somebody put another one there or the device is gone.</summary>
    internal void Detach(BpfProgram program, XdpMode mode)
    {
        int result = XdpRequests.TryReplace(_socket, _interfaceIndex, null, program.Handle, mode, out string? text);
        if (result is < 0 and not (-Errno.EEXIST or -Errno.ENODEV or -Errno.ENOENT))
        {
            throw BpfErrors.Create($"detach {program.Name} by netlink from", $"interface {_interfaceIndex}", -result, text is null ? null : $"The kernel says: {text}.");
        }
    }

    internal XdpState? Find()
    {
        int result = XdpRequests.TryGet(_socket, _interfaceIndex, out XdpState? state);
        return result < 0 ? throw BpfErrors.Create("read the XDP program of", $"interface {_interfaceIndex}", -result) : state;
    }

    internal BpfException Refusal(BpfProgram program, int errno, XdpMode mode, string? text = null) =>
        BpfErrors.Create($"attach {program.Name} by XDP ({mode}) to", $"interface {_interfaceIndex}", errno, text is not null ? $"The kernel says: {text}." : errno switch
        {
            Errno.EOPNOTSUPP => "The driver cannot run XDP programs: use NativeThenGeneric or Generic.",
            Errno.ERANGE => "The device's MTU is too large for XDP in its driver: lower it, or use NativeThenGeneric or Generic.",
            Errno.EBUSY or Errno.EEXIST => $"A program is attached there already{Occupant()}. A device takes one: detach that one, or replace it.",
            Errno.EINVAL => "The kernel or the driver refuses the program: one that is made for devices of a map (xdp/devmap) cannot be attached, nor one that expects fragments to a driver that knows none.",
            _ => null,
        });

    public void Dispose() => _socket.Dispose();

    // ERANGE: the MTU is too large. What drivers say besides EOPNOTSUPP differs.
    private static bool DriverCannot(int result) => result is -Errno.EOPNOTSUPP or -Errno.ENOTSUPP or -Errno.ERANGE or -Errno.ENOMEM or -Errno.ENOSPC;

    private string Occupant() => XdpRequests.TryGet(_socket, _interfaceIndex, out XdpState? state) >= 0 && state is { } other
        ? $": the one with id {other.ProgramId}, {other.Mode}"
        : "";
}
