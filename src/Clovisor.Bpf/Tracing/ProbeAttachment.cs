using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Tracing;

/// <summary>A program that runs at a perf event: a trace point, a kprobe, a uprobe, or a counter. By a link from Linux 5.15.</summary>
/// <remarks>Disposing detaches. Needs CAP_PERFMON and CAP_BPF, or root. Not safe for use from several threads at once.</remarks>
public sealed class ProbeAttachment : IDisposable
{
    private readonly BpfHandle _event;
    private readonly LegacyProbe? _probe;

    private ProbeAttachment(BpfHandle perfEvent, BpfLink? link, LegacyProbe? probe)
    {
        _event = perfEvent;
        Link = link;
        _probe = probe;
    }

    /// <summary>The link, owned by this instance; null on a kernel that has no such links. It can be pinned: then the program stays until the pin is removed.</summary>
    public BpfLink? Link { get; }

    /// <summary>Hangs a program on an open event, which is owned from then on, also when this fails.</summary>
    internal static ProbeAttachment Attach(BpfProgram program, BpfHandle perfEvent, ulong cookie, LegacyProbe? probe, string target)
    {
        BpfLink? link = null;
        try
        {
            int result = TryLink(program, perfEvent, cookie, out link);
            if (link is null && LinkCommands.MayBeMissing(result) && cookie == 0)
            {
                result = PerfEvents.Attach(perfEvent, program.Handle);
            }

            if (result >= 0)
            {
                result = PerfEvents.Switch(perfEvent, on: true);
            }

            return result >= 0 ? new ProbeAttachment(perfEvent, link, probe) : throw Refusal(program, target, -result, cookie);
        }
        catch
        {
            link?.Dispose();
            perfEvent.Dispose();
            probe?.Dispose();
            throw;
        }
    }

    internal static BpfException Refusal(BpfProgram program, string target, int errno, ulong cookie = 0) =>
        BpfErrors.Create($"attach {program.Name} to", target, errno, errno switch
        {
            Errno.EINVAL when cookie != 0 => "A cookie needs links of perf events: Linux 5.15.",
            Errno.EINVAL => "The program is of another type than the event, or the instruction at that offset cannot be probed.",
            Errno.EEXIST => "The event runs a program of somebody else, or this one, already.",
            Errno.ENOENT => "There is no such function or event, or it may not be probed.",
            Errno.EACCES or Errno.EPERM => "Probes need CAP_PERFMON, or /proc/sys/kernel/perf_event_paranoid set lower.",
            Errno.E2BIG => "The event runs as many programs as it can: 64.",
            _ => null,
        });

    /// <summary>Detaches, unless the link is pinned.</summary>
    public void Dispose()
    {
        if (Link?.PinPath is null)
        {
            Link?.Dispose();
            _event.Dispose();
            _probe?.Dispose();
        }
        else
        {
            // The link holds the event; closing the descriptor leaves it running.
            Link.Dispose();
            _event.Dispose();
        }
    }

    private static int TryLink(BpfProgram program, BpfHandle perfEvent, ulong cookie, out BpfLink? link)
    {
        using BpfHandle.FdLease target = perfEvent.Lease();
        var attributes = new LinkCreateAttributes { Target = (uint)target.Descriptor, AttachType = (uint)BpfAttachType.PerfEvent, PerfCookie = cookie };
        return LinkCommands.TryCreate(program, ref attributes, out link);
    }
}
