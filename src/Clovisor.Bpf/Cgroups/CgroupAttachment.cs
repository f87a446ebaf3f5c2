using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Cgroups;

/// <summary>A program attached to a hook of a control group: by a link, or held by the group on kernels before 5.7.</summary>
/// <remarks>
/// It runs for the processes of the group and of those below it. Other programs on the hook stay as they are. Needs CAP_NET_ADMIN and CAP_BPF, or
/// root, and cgroup2. Not safe for use from several threads at once.
/// </remarks>
public sealed class CgroupAttachment : IDisposable
{
    private readonly CgroupHook? _hook;
    private readonly CgroupAttachOptions _options;
    private BpfProgram? _held;
    private bool _ended;

    private CgroupAttachment(string path, BpfAttachType attachType, CgroupAttachmentKind kind, CgroupAttachOptions options, BpfLink? link, bool adopted, CgroupHook? hook)
    {
        Path = path;
        AttachType = attachType;
        Kind = kind;
        Link = link;
        WasAdopted = adopted;
        _options = options;
        _hook = hook;
    }

    /// <summary>The way it is attached.</summary>
    public CgroupAttachmentKind Kind { get; }

    /// <summary>The group's directory, as it was given.</summary>
    public string Path { get; }

    /// <summary>The hook.</summary>
    public BpfAttachType AttachType { get; }

    /// <summary>The link, owned by this instance; null when the group itself holds the program.</summary>
    public BpfLink? Link { get; }

    /// <summary>Whether an attachment that a process before had left was taken over.</summary>
    public bool WasAdopted { get; }

    /// <summary>Attaches a program. See <see cref="BpfProgram.AttachCgroup"/>.</summary>
    internal static CgroupAttachment Attach(BpfProgram program, string path, BpfAttachType attachType, CgroupAttachOptions options)
    {
        var hook = new CgroupHook(path, attachType);
        try
        {
            if (options.Kind is null or CgroupAttachmentKind.Link)
            {
                if (options.PinPath is { } pin && Adopt(program, path, attachType, pin) is { } adopted)
                {
                    hook.Dispose();
                    return new CgroupAttachment(path, attachType, CgroupAttachmentKind.Link, options, adopted, adopted: true, null);
                }

                int result = hook.TryLink(program, options, out BpfLink? link);
                if (link is not null)
                {
                    link.PinOrDispose(options.PinPath);
                    hook.Dispose();
                    return new CgroupAttachment(path, attachType, CgroupAttachmentKind.Link, options, link, adopted: false, null);
                }

                if (options.Kind is not null || !LinkCommands.MayBeMissing(result) || IsBeyondOldKernels(options))
                {
                    throw hook.Refusal(program, -result);
                }
            }

            return AttachWithoutLink(hook, program, attachType, options);
        }
        catch
        {
            hook.Dispose();
            throw;
        }
    }

    /// <summary>Swaps the program. By a link it is one step, and every event sees the old one or the new one; otherwise both run for a moment.</summary>
    /// <param name="program">The program to run from now on, made for the same hook.</param>
    /// <exception cref="BpfException">The kernel refused; the old program goes on.</exception>
    public void Replace(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(_ended, this);
        Link?.Update(program);
        if (_hook is null || _held is not { } old || program.Id == old.Id)
        {
            return;
        }

        int result = _hook.TryAttach(program, Kind, _options with { ExpectedRevision = 0 });
        if (result < 0)
        {
            throw _hook.Refusal(program, -result);
        }

        _held = program.Duplicate();
        using (old)
        {
            // A single program has been replaced by attaching.
            if (Kind == CgroupAttachmentKind.Multiple)
            {
                _hook.Detach(old);
            }
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
                _hook?.Detach(program);
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Detaches, unless the attachment was made to outlive its owner by <see cref="CgroupAttachOptions.PinPath"/>.</summary>
    public void Dispose()
    {
        if (_options.PinPath is null)
        {
            Detach();
        }
        else
        {
            _ended = true;
            Close();
        }
    }

    private void Close()
    {
        Link?.Dispose();
        _hook?.Dispose();
        _held?.Dispose();
    }

    // These came with kernels that have links: without them there is nothing to fall back to.
    private static bool IsBeyondOldKernels(CgroupAttachOptions options) =>
        options.Order is not null || options.ExpectedRevision != 0 || options.BeforeDescendants;

    private static CgroupAttachment AttachWithoutLink(CgroupHook hook, BpfProgram program, BpfAttachType attachType, CgroupAttachOptions options)
    {
        CgroupAttachmentKind kind = options.Kind ?? CgroupAttachmentKind.Multiple;
        int result = hook.TryAttach(program, kind, options);
        if (result == -Errno.EINVAL && options.Kind is null)
        {
            kind = CgroupAttachmentKind.Overridable;
            result = hook.TryAttach(program, kind, options);
        }

        if (result < 0)
        {
            throw hook.Refusal(program, -result);
        }

        var attachment = new CgroupAttachment(hook.Path, attachType, kind, options, null, adopted: false, hook) { _held = program.Duplicate() };
        if (options.PinPath is not null && kind == CgroupAttachmentKind.Multiple)
        {
            // What a run before this one left: the program must not run twice.
            foreach (BpfProgram former in hook.FindByName(program))
            {
                using (former)
                {
                    hook.Detach(former);
                }
            }
        }

        return attachment;
    }

    /// <summary>Takes over the link pinned at a path. A link whose group is gone is removed: null, attach anew.</summary>
    private static BpfLink? Adopt(BpfProgram program, string path, BpfAttachType attachType, string pin) => BpfLink.Adopt(
        pin,
        program,
        info => info is CgroupLinkInfo group && group.AttachType == attachType && group.CgroupId == Cgroup.ReadId(path),
        static info => info is CgroupLinkInfo { CgroupId: 0 },
        $"attach {program.Name} to {attachType} of",
        $"control group {path}");
}
