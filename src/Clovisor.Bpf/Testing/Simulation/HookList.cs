using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>What is attached at one hook of one target, in order. Follows the kernel's rules for lists of programs (tcx, netkit).</summary>
internal sealed class HookList(uint target, uint attachType)
{
    private const int MaxPrograms = 64;
    private const int Erange = 34;
    private const uint Xdp = 37;

    /// <summary>Types of links whose descriptions differ.</summary>
    internal const uint Cgroup = 3, Tcx = 11, Netkit = 13;

    private readonly List<SimulatedLink> _links = [];

    internal uint Target { get; } = target;

    internal uint AttachType { get; } = attachType;

    /// <summary>Counts changes, from 1.</summary>
    internal ulong Revision { get; private set; } = 1;

    internal IReadOnlyList<SimulatedLink> Links => _links;

    /// <summary>Whether the hook keeps an order that callers can choose.</summary>
    internal bool IsOrdered => AttachType is 46 or 47 or 54 or 55;

    /// <summary>The kernel's number for the type of link that such a hook has.</summary>
    internal uint LinkType => AttachType switch
    {
        46 or 47 => Tcx,
        54 or 55 => Netkit,
        Xdp => 6,
        45 => 10,
        41 => 7,
        42 or 56 => 8,
        48 or 57 => 12,
        28 => 4,
        17 or 36 => 5,
        >= 23 and <= 27 => 2,
        _ => Cgroup,
    };

    // The type that programs must have here; 0 where the fake does not look.
    private uint ProgramType => AttachType switch
    {
        46 or 47 or 54 or 55 => (uint)BpfProgramType.SchedulerClassifier,
        Xdp => (uint)BpfProgramType.Xdp,
        _ => 0,
    };

    /// <summary>Attaches. Returns 0 or minus errno.</summary>
    /// <param name="link">The new link, which is not on the list yet.</param>
    /// <param name="flags">Before, after, and whether the neighbour is named as a link or by number.</param>
    /// <param name="neighbour">Whom the order names; null when nobody.</param>
    /// <param name="revision">What the list must be at; 0 for whatever it is.</param>
    internal int Add(SimulatedLink link, uint flags, SimulatedObject? neighbour, ulong revision)
    {
        if (ProgramType != 0 && link.Program.Type != ProgramType)
        {
            return -Errno.EINVAL;
        }

        if (!IsOrdered)
        {
            if (AttachType == Xdp && _links.Count > 0)
            {
                return -Errno.EEXIST;
            }

            Insert(_links.Count, link);
            return 0;
        }

        if (revision != 0 && revision != Revision)
        {
            return -Errno.ESTALE;
        }

        if (Holds(link.Program))
        {
            return -Errno.EEXIST;
        }

        int at = Position(flags, neighbour);
        if (at < 0)
        {
            return at;
        }

        if (_links.Count >= MaxPrograms)
        {
            return -Erange;
        }

        Insert(at, link);
        return 0;
    }

    internal bool Holds(SimulatedProgram program) => _links.Exists(link => link.Program == program);

    internal void Remove(SimulatedLink link)
    {
        if (_links.Remove(link))
        {
            Revision++;
        }
    }

    /// <summary>A program was replaced by another in its place.</summary>
    internal void Changed() => Revision++;

    private void Insert(int at, SimulatedLink link)
    {
        _links.Insert(at, link);
        Revision++;
    }

    private int Position(uint flags, SimulatedObject? neighbour)
    {
        bool before = (flags & LinkFlags.Before) != 0;
        bool after = (flags & LinkFlags.After) != 0;
        int neighbourAt = neighbour is null ? -1 : _links.FindIndex(link => link == neighbour || link.Program == neighbour);
        if (neighbour is not null && neighbourAt < 0)
        {
            return -Errno.ENOENT;
        }

        if (!before && !after)
        {
            return neighbour is not null ? -Errno.EINVAL : _links.Count;
        }

        int first = neighbour is null ? 0 : neighbourAt;
        int last = neighbour is null ? _links.Count : neighbourAt + 1;
        return !after ? first : !before ? last : first == last ? first : -Erange;
    }
}

/// <summary><c>BPF_F_…</c> of attaching.</summary>
internal static class LinkFlags
{
    internal const uint Replace = 1 << 2;
    internal const uint Before = 1 << 3;
    internal const uint After = 1 << 4;
    internal const uint ById = 1 << 5;
    internal const uint ByLink = 1 << 13;
}
