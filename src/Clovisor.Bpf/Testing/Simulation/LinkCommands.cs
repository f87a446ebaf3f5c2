using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>Attaching by links. Any interface and any other target is taken to exist.</summary>
internal sealed class LinkCommands(SimulatedKernel kernel, ObjectTable objects)
{
    private readonly Dictionary<(uint Target, uint AttachType), HookList> _hooks = [];

    internal int Create(Attributes attributes)
    {
        const int Program = 0, Target = 4, AttachType = 8, Flags = 12, Relative = 16, Revision = 24;
        int result = FindProgram(attributes.Descriptor(Program), out SimulatedProgram program);
        if (result < 0)
        {
            return result;
        }

        HookList hook = Hook(attributes.U32(Target), attributes.U32(AttachType));
        if (hook.IsOrdered && hook.Target == 0)
        {
            return -Errno.ENODEV;
        }

        uint flags = attributes.U32(Flags);
        SimulatedObject? neighbour = null;
        if (hook.IsOrdered)
        {
            if ((flags & ~(LinkFlags.Before | LinkFlags.After | LinkFlags.ById | LinkFlags.ByLink)) != 0)
            {
                return -Errno.EINVAL;
            }

            result = FindNeighbour(flags, attributes.U32(Relative), out neighbour);
            if (result < 0)
            {
                return result;
            }
        }

        var link = new SimulatedLink(program, hook);
        result = hook.Add(link, flags, neighbour, hook.IsOrdered ? attributes.U64(Revision) : 0);
        if (result < 0)
        {
            program.Release();
            return result;
        }

        objects.Register(link);
        return kernel.Open(link);
    }

    internal int Update(Attributes attributes)
    {
        const int Link = 0, NewProgram = 4, Flags = 8, OldProgram = 12;
        if (objects.Find(attributes.Descriptor(Link)) is not { } open)
        {
            return -Errno.EBADF;
        }

        uint flags = attributes.U32(Flags);
        bool compares = (flags & LinkFlags.Replace) != 0;
        if (open.Target is not SimulatedLink link || (flags & ~LinkFlags.Replace) != 0 || (!compares && attributes.U32(OldProgram) != 0))
        {
            return -Errno.EINVAL;
        }

        int result = FindProgram(attributes.Descriptor(NewProgram), out SimulatedProgram program);
        SimulatedProgram? old = null;
        if (result == 0 && compares)
        {
            result = FindProgram(attributes.Descriptor(OldProgram), out old);
        }

        if (result < 0)
        {
            return result;
        }

        if (link.IsDetached)
        {
            return -Errno.ENOLINK;
        }

        if (old is not null && old != link.Program)
        {
            return -Errno.EPERM;
        }

        if (program == link.Program)
        {
            return 0;
        }

        if (program.Type != link.Program.Type)
        {
            return -Errno.EINVAL;
        }

        if (link.Hook.IsOrdered && link.Hook.Holds(program))
        {
            return -Errno.EEXIST;
        }

        link.Replace(program);
        link.Hook.Changed();
        return 0;
    }

    internal int Detach(Attributes attributes)
    {
        if (objects.Find(attributes.Descriptor(0)) is not { } open)
        {
            return -Errno.EBADF;
        }

        if (open.Target is not SimulatedLink link)
        {
            return -Errno.EINVAL;
        }

        link.Detach();
        return 0;
    }

    internal unsafe int Query(Attributes attributes)
    {
        const int Target = 0, AttachType = 4, ProgramIds = 16, Count = 24, LinkIds = 40, Revision = 56;
        HookList hook = Hook(attributes.U32(Target), attributes.U32(AttachType));
        uint room = attributes.U32(Count);
        uint* programs = (uint*)attributes.Pointer(ProgramIds);
        uint* links = (uint*)attributes.Pointer(LinkIds);
        attributes.U64(Revision) = hook.Revision;
        attributes.U32(Count) = (uint)hook.Links.Count;
        if (room == 0 || programs is null)
        {
            return 0;
        }

        for (int i = 0; i < hook.Links.Count && i < room; i++)
        {
            programs[i] = hook.Links[i].Program.Id;
            if (links is not null)
            {
                links[i] = hook.Links[i].Id;
            }
        }

        return room < hook.Links.Count ? -Errno.ENOSPC : 0;
    }

    private HookList Hook(uint target, uint attachType)
    {
        if (!_hooks.TryGetValue((target, attachType), out HookList? hook))
        {
            _hooks[(target, attachType)] = hook = new HookList(target, attachType);
        }

        return hook;
    }

    private int FindProgram(int descriptor, out SimulatedProgram program)
    {
        program = null!;
        if (objects.Find(descriptor) is not { } open)
        {
            return -Errno.EBADF;
        }

        if (open.Target is not SimulatedProgram found)
        {
            return -Errno.EINVAL;
        }

        program = found;
        return 0;
    }

    private int FindNeighbour(uint flags, uint named, out SimulatedObject? neighbour)
    {
        bool byLink = (flags & LinkFlags.ByLink) != 0;
        bool byId = (flags & LinkFlags.ById) != 0;
        neighbour = null;
        if (named == 0)
        {
            return 0;
        }

        neighbour = byId
            ? objects.FindById(byLink ? typeof(SimulatedLink) : typeof(SimulatedProgram), named)
            : objects.Find((int)named)?.Target;
        return neighbour switch
        {
            null => byId ? -Errno.ENOENT : -Errno.EBADF,
            SimulatedLink when byLink => 0,
            SimulatedProgram when !byLink => 0,
            _ => -Errno.EINVAL,
        };
    }
}
