using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Networking;

/// <summary>A program attached to one side of a device's traffic control, by tcx or by clsact.</summary>
/// <remarks>
/// Foreign programs and filters on the device stay as they are. A program that returns <c>TC_ACT_UNSPEC</c> (-1) lets the ones after it run.
/// The device is that of the network namespace which the attaching thread is in. An attachment by clsact keeps that namespace alive until
/// it is disposed, and its filter stays when it is never disposed; one by tcx ends when it is found unreachable. Needs CAP_NET_ADMIN, and CAP_BPF for tcx, or root.
/// Not safe for use from several threads at once.
/// </remarks>
public sealed class TcAttachment : IDisposable
{
    private readonly ClsactHook? _clsact;
    private readonly bool _stays;
    private bool _ended;

    private TcAttachment(int interfaceIndex, TcDirection direction, BpfLink? link, ClsactHook? clsact, bool adopted, bool stays)
    {
        InterfaceIndex = interfaceIndex;
        Direction = direction;
        Link = link;
        _clsact = clsact;
        WasAdopted = adopted;
        _stays = stays;
    }

    /// <summary>The way it is attached.</summary>
    public TcAttachmentKind Kind => Link is null ? TcAttachmentKind.Clsact : TcAttachmentKind.Tcx;

    /// <summary>The device.</summary>
    public int InterfaceIndex { get; }

    /// <summary>The side of the device.</summary>
    public TcDirection Direction { get; }

    /// <summary>The link that holds a tcx attachment, owned by this instance; null for clsact.</summary>
    public BpfLink? Link { get; }

    /// <summary>Whether an attachment that a process before had left was taken over, its program swapped in one step.</summary>
    public bool WasAdopted { get; }

    /// <summary>Attaches a program.</summary>
    /// <param name="program">A program of type <see cref="BpfProgramType.SchedulerClassifier"/>. The kernel holds it from then on.</param>
    /// <param name="interfaceIndex">Index of the device, from 1.</param>
    /// <param name="direction">The side of the device.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>The attachment. Disposing it detaches, unless <see cref="TcAttachOptions.PinPath"/> is set.</returns>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The kernel refused, or the place is taken by somebody else. Nothing is left behind.</exception>
    public static TcAttachment Attach(
        BpfProgram program, int interfaceIndex, TcDirection direction, TcAttachOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfLessThan(interfaceIndex, 1);
        options ??= new TcAttachOptions();
        ArgumentOutOfRangeException.ThrowIfZero(options.Priority, nameof(options));
        ArgumentOutOfRangeException.ThrowIfZero(options.Handle, nameof(options));
        if (options is { Kind: TcAttachmentKind.Clsact, ExpectedRevision: not 0 })
        {
            throw new ArgumentException("clsact has no revisions: leave ExpectedRevision at 0, or Kind unset.", nameof(options));
        }

        if (program.Type != BpfProgramType.SchedulerClassifier)
        {
            throw new ArgumentException(
                $"{program.Name} is of type {program.Type}; traffic control runs {BpfProgramType.SchedulerClassifier}, SEC(\"tc\").", nameof(program));
        }

        return options.Kind == TcAttachmentKind.Clsact
            ? AttachClsact(program, interfaceIndex, direction, options)
            : AttachTcx(program, interfaceIndex, direction, options);
    }

    /// <summary>Removes a clsact filter that a process which is gone has left, and the queueing discipline if it was made for it and is empty.</summary>
    /// <param name="interfaceIndex">Index of the device.</param>
    /// <param name="direction">The side of the device.</param>
    /// <param name="programName">The program's name as it was attached; the kernel keeps 15 characters.</param>
    /// <param name="options">The options it was attached with; null for the defaults.</param>
    /// <returns>False when there is no such filter of that name. A tcx leftover is removed by its pin: <see cref="BpfLink.OpenPinned"/>.</returns>
    public static bool RemoveClsactLeftover(
        int interfaceIndex, TcDirection direction, string programName, TcAttachOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(programName);
        string kernelName = programName.Length < NativeText.KernelNameLength ? programName : programName[..(NativeText.KernelNameLength - 1)];
        return ClsactHook.Remove(interfaceIndex, direction, kernelName, options ?? new TcAttachOptions());
    }

    /// <summary>Swaps the program in one step: every packet sees the old one or the new one.</summary>
    /// <param name="program">The program to run from now on.</param>
    /// <exception cref="BpfException">The kernel refused; the old program goes on.</exception>
    public void Replace(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(_ended, this);
        _clsact?.Replace(program);
        Link?.Update(program);
    }

    /// <summary>Detaches now, pinned or not, and removes the pin, whatever namespace the calling thread is in. Calling it again does nothing.</summary>
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
            _clsact?.Detach();
            Link?.Remove();
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Detaches, unless the attachment was made to outlive its owner by <see cref="TcAttachOptions.PinPath"/>.</summary>
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
        _clsact?.Dispose();
        Link?.Dispose();
    }

    private static TcAttachment AttachTcx(BpfProgram program, int interfaceIndex, TcDirection direction, TcAttachOptions options)
    {
        if (options.PinPath is { } path && Adopt(program, interfaceIndex, direction, path) is { } adopted)
        {
            return new TcAttachment(interfaceIndex, direction, adopted, null, adopted: true, stays: true);
        }

        int result = TcxHook.TryAttach(program, interfaceIndex, direction, options, out BpfLink? link);
        if (link is null)
        {
            if (options is { Kind: null, ExpectedRevision: 0 } && LinkCommands.MayBeMissing(result))
            {
                return AttachClsact(program, interfaceIndex, direction, options);
            }

            throw TcxHook.Refusal(program, interfaceIndex, direction, -result);
        }

        link.PinOrDispose(options.PinPath);
        if (options.PinPath is not null)
        {
            // A run before this one may have had to use clsact.
            ClsactHook.Remove(interfaceIndex, direction, program.KernelName, options);
        }

        return new TcAttachment(interfaceIndex, direction, link, null, adopted: false, stays: options.PinPath is not null);
    }

    private static TcAttachment AttachClsact(BpfProgram program, int interfaceIndex, TcDirection direction, TcAttachOptions options)
    {
        ClsactHook hook = ClsactHook.Attach(program, interfaceIndex, direction, options, out bool adopted);
        if (options.PinPath is { } path && BpfFileSystem.IsPinned(path))
        {
            // A run before this one used tcx: the program must not run twice.
            using BpfLink former = BpfLink.OpenPinned(path);
            former.Remove();
        }

        return new TcAttachment(interfaceIndex, direction, null, hook, adopted, stays: options.PinPath is not null);
    }

    /// <summary>Takes over the link pinned at a path. A link whose device is gone is removed: null, attach anew.</summary>
    private static BpfLink? Adopt(BpfProgram program, int interfaceIndex, TcDirection direction, string path) => BpfLink.Adopt(
        path,
        program,
        info => info is TcxLinkInfo tcx && tcx.InterfaceIndex == interfaceIndex && tcx.AttachType == TcxHook.AttachType(direction),
        static info => info is TcxLinkInfo { InterfaceIndex: 0 },
        $"attach {program.Name} by tcx to the {direction} side of",
        $"interface {interfaceIndex}");
}
