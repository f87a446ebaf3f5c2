using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>What all kinds of objects have: numbers, descriptions, pins; and loading type information.</summary>
internal sealed unsafe class ObjectCommands(SimulatedKernel kernel, ObjectTable objects, PinTree pins)
{
    private const uint ReadOnly = 1 << 3;
    private const uint WriteOnly = 1 << 4;
    private const ushort BtfMagic = 0xEB9F;
    private const int BtfHeaderBytes = 24;

    internal int LoadBtf(Attributes attributes)
    {
        int length = (int)attributes.U32(16);
        byte* data = attributes.Pointer(0);
        if (data is null)
        {
            return -Errno.EFAULT;
        }

        byte[] copy = new ReadOnlySpan<byte>(data, length).ToArray();
        if (length < BtfHeaderBytes || BitConverter.ToUInt16(copy) != BtfMagic)
        {
            return -Errno.EINVAL;
        }

        var btf = new SimulatedBtf(copy);
        objects.Register(btf);
        return kernel.Open(btf);
    }

    internal int Pin(Attributes attributes) => objects.Find(attributes.Descriptor(8)) switch
    {
        null => -Errno.EBADF,
        { Target.Kind: null } => -Errno.EINVAL,
        { } open => attributes.Pointer(0) is null ? -Errno.EFAULT : pins.Pin(attributes.Text(0), open.Target),
    };

    internal int OpenPin(Attributes attributes)
    {
        uint flags = attributes.U32(12);
        if (attributes.Descriptor(8) != 0 || (flags & ~(ReadOnly | WriteOnly)) != 0 || flags == (ReadOnly | WriteOnly))
        {
            return -Errno.EINVAL;
        }

        return pins.Find(attributes.Text(0)) is { } target
            ? kernel.Open(target, (flags & WriteOnly) == 0, (flags & ReadOnly) == 0)
            : -Errno.ENOENT;
    }

    internal int OpenById<T>(Attributes attributes)
        where T : SimulatedObject
    {
        uint flags = attributes.U32(8);
        if ((flags & ~(ReadOnly | WriteOnly)) != 0 || flags == (ReadOnly | WriteOnly))
        {
            return -Errno.EINVAL;
        }

        return objects.FindById(typeof(T), attributes.U32(0)) is { } target
            ? kernel.Open(target, (flags & WriteOnly) == 0, (flags & ReadOnly) == 0)
            : -Errno.ENOENT;
    }

    internal int NextId<T>(Attributes attributes)
        where T : SimulatedObject
    {
        if (attributes.U32(0) >= int.MaxValue)
        {
            return -Errno.EINVAL;
        }

        uint next = objects.NextId(typeof(T), attributes.U32(0));
        attributes.U32(4) = next == 0 ? attributes.U32(4) : next;
        return next == 0 ? -Errno.ENOENT : 0;
    }

    internal int Describe(Attributes attributes)
    {
        if (objects.Find(attributes.Descriptor(0)) is not { } open)
        {
            return -Errno.EBADF;
        }

        byte* destination = attributes.Pointer(8);
        if (destination is null)
        {
            return -Errno.EFAULT;
        }

        var wanted = new Span<byte>(destination, (int)attributes.U32(4));
        Span<byte> info = stackalloc byte[Attributes.Length];
        info.Clear();
        wanted[..Math.Min(wanted.Length, info.Length)].CopyTo(info);
        int length;
        fixed (byte* start = info)
        {
            var fields = new Attributes(start);
            length = open.Target switch
            {
                SimulatedMap map => Describe(map, fields),
                SimulatedProgram program => Describe(program, fields),
                SimulatedLink link => Describe(link, fields),
                SimulatedBtf btf => Describe(btf, fields),
                _ => -Errno.EINVAL,
            };
        }

        if (length < 0)
        {
            return length;
        }

        int copied = Math.Min(length, wanted.Length);
        info[..copied].CopyTo(wanted);
        attributes.U32(4) = (uint)copied;
        return 0;
    }

    private static int Describe(SimulatedMap map, Attributes info)
    {
        const int Length = 96;
        info.U32(0) = (uint)map.Traits.Type;
        info.U32(4) = map.Id;
        info.U32(8) = (uint)map.Traits.KeySize;
        info.U32(12) = (uint)map.Traits.ValueSize;
        info.U32(16) = map.Traits.MaxEntries;
        info.U32(20) = map.Traits.Flags;
        info.SetText(24, map.Name);
        info.U32(64) = map.Traits.Types.BtfId;
        info.U32(68) = map.Traits.Types.Key;
        info.U32(72) = map.Traits.Types.Value;
        info.U64(80) = map.Traits.Extra;
        return Length;
    }

    private static int Describe(SimulatedProgram program, Attributes info)
    {
        const int Length = 232;
        uint room = info.U32(52);
        uint* ids = (uint*)info.Pointer(56);
        uint codeRoom = info.U32(20);
        byte* code = info.Pointer(32);
        info.U32(0) = program.Type;
        info.U32(4) = program.Id;
        info.U64(8) = program.Tag;
        info.U32(20) = (uint)program.Instructions.Length;
        if (code is not null)
        {
            program.Instructions.AsSpan(0, Math.Min(program.Instructions.Length, (int)codeRoom)).CopyTo(new Span<byte>(code, (int)codeRoom));
        }

        info.U32(52) = (uint)program.Maps.Count;
        for (int i = 0; i < program.Maps.Count && i < room && ids is not null; i++)
        {
            ids[i] = program.Maps[i].Id;
        }

        info.SetText(64, program.Name);
        info.U64(192) = program.RunTime;
        info.U64(200) = program.RunCount;
        info.U32(216) = (uint)program.Instructions.Length / 8;
        return Length;
    }

    private static int Describe(SimulatedLink link, Attributes info)
    {
        const int Length = 64;
        info.U32(0) = link.Hook.LinkType;
        info.U32(4) = link.Id;
        info.U32(8) = link.Program.Id;
        switch (link.Hook.LinkType)
        {
            case HookList.Tcx or HookList.Netkit:
                info.U32(16) = link.IsDetached ? 0 : link.Hook.Target;
                info.U32(20) = link.Hook.AttachType;
                break;
            case HookList.Cgroup:
                info.U64(16) = link.IsDetached ? 0 : link.Hook.Target;
                info.U32(24) = link.Hook.AttachType;
                break;
            default:
                info.U32(16) = link.Hook.Target;
                break;
        }

        return Length;
    }

    private static int Describe(SimulatedBtf btf, Attributes info)
    {
        const int Length = 32;
        byte* destination = info.Pointer(0);
        int room = (int)info.U32(8);
        if (destination is not null)
        {
            btf.Data.AsSpan(0, Math.Min(room, btf.Data.Length)).CopyTo(new Span<byte>(destination, room));
        }

        info.U32(8) = (uint)btf.Data.Length;
        info.U32(12) = btf.Id;
        return Length;
    }
}
