using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

// What all attachments with a pin need.
public sealed partial class BpfLink
{
    /// <summary>Pins the link where a path is given; disposes it when that fails, so that nothing stays attached.</summary>
    internal void PinOrDispose(string? path)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            Pin(path);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Removes the pin, where there is one, and detaches.</summary>
    internal void Remove()
    {
        if (_pinPath is not null)
        {
            Unpin();
        }

        Detach();
    }

    /// <summary>Null where this process may not open programs by number.</summary>
    private static BpfProgram? FormerProgram(uint id)
    {
        try
        {
            return BpfProgram.OpenById(id);
        }
        catch (BpfPermissionException)
        {
            return null;
        }
    }

    /// <summary>
    /// Takes over the link pinned at a path: its program is swapped for the new one. Null when nothing is pinned there, or a link whose target is gone, which
    /// is removed. A link on anything else is refused.
    /// </summary>
    internal static BpfLink? Adopt(
        string path, BpfProgram program, Func<BpfLinkInfo, bool> isSame, Func<BpfLinkInfo, bool> isGone, string operation, string target)
    {
        if (!BpfFileSystem.IsPinned(path))
        {
            return null;
        }

        BpfLink link = OpenPinned(path);
        try
        {
            BpfLinkInfo info = link.ReadInfo();
            if (isSame(info))
            {
                // Compared and swapped in one step, so that what somebody else puts there meanwhile is not written over.
                using BpfProgram? former = FormerProgram(info.ProgramId);
                link.Update(program, former);
                return link;
            }

            if (!isGone(info))
            {
                throw new BpfException(
                    operation, target, Errno.EEXIST, $"The path {path} pins a link that is attached elsewhere ({info}). Detach that one, or choose another PinPath.");
            }

            link.Unpin();
            link.Dispose();
            return null;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }
}
