using System.Buffers.Binary;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Features;

/// <summary>Map types, each tried by making a map with the least that the type asks for.</summary>
internal static unsafe class MapProbes
{
    private const uint NoPreallocation = 1;
    private const uint Mappable = 1 << 10;

    internal static BpfProbeResult Type(BpfMapType type)
    {
        using BpfHandle? inner = type is BpfMapType.ArrayOfMaps or BpfMapType.HashOfMaps ? Make(new() { Type = (uint)BpfMapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 1 }, out _) : null;
        using BpfHandle? btf = IsStorage(type) ? LoadIntegerBtf() : null;
        MapCreateAttributes attributes = Shape(type);
        attributes.InnerMapDescriptor = inner is null ? 0 : (uint)inner.DangerousGetHandle();
        if (btf is not null)
        {
            attributes.BtfDescriptor = (uint)btf.DangerousGetHandle();
            attributes.BtfKeyTypeId = attributes.BtfValueTypeId = 1;
        }

        using BpfHandle? map = Make(attributes, out int errno);
        if (map is not null)
        {
            return ProbeAnswers.Yes("A map of this type was made.");
        }

        // The kernel has looked for the struct and found that number 1 of its BTF is none.
        return type == BpfMapType.StructOperations && errno is Errno.ENOTSUPP or Errno.ENOENT
            ? ProbeAnswers.Yes($"The kernel looked for the operations that were named ({Errno.NameOf(errno)}).")
            : ProbeAnswers.FromErrno("Making a map of this type", errno, Control);
    }

    /// <summary>Whether the values of a device map or a CPU map may hold a program: they are 8 bytes then.</summary>
    internal static BpfProbeResult ProgramInValue(BpfAttachType place)
    {
        BpfMapType type = place == BpfAttachType.XdpDeviceMap ? BpfMapType.DeviceMap : BpfMapType.CpuMap;
        using BpfHandle? map = Make(new() { Type = (uint)type, KeySize = 4, ValueSize = 8, MaxEntries = 1 }, out int errno);
        return map is not null
            ? ProbeAnswers.Yes($"A {type} whose values hold a program was made.")
            : ProbeAnswers.FromErrno($"Making a {type} whose values hold a program", errno, Control);
    }

    internal static int Control()
    {
        using BpfHandle? map = Make(new() { Type = (uint)BpfMapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 1 }, out int errno);
        return map is null ? -errno : 0;
    }

    internal static BpfHandle? Make(MapCreateAttributes attributes, out int errno)
    {
        int result = BpfSyscall.Call(BpfCommand.MapCreate, ref attributes);
        errno = Math.Max(0, -result);
        return result < 0 ? null : new BpfHandle(result);
    }

    private static bool IsStorage(BpfMapType type) =>
        type is BpfMapType.SocketStorage or BpfMapType.InodeStorage or BpfMapType.TaskStorage or BpfMapType.CgroupLocalStorage;

    private static MapCreateAttributes Shape(BpfMapType type)
    {
        uint page = (uint)Environment.SystemPageSize;
        MapCreateAttributes plain = new() { Type = (uint)type, KeySize = 4, ValueSize = 4, MaxEntries = 1 };
        return type switch
        {
            BpfMapType.StackTrace => plain with { ValueSize = 8 },
            BpfMapType.LpmTrie => plain with { KeySize = 8, Flags = NoPreallocation },
            BpfMapType.Queue or BpfMapType.Stack or BpfMapType.BloomFilter => plain with { KeySize = 0 },
            BpfMapType.RingBuffer or BpfMapType.UserRingBuffer => plain with { KeySize = 0, ValueSize = 0, MaxEntries = page },
            BpfMapType.CgroupStorage or BpfMapType.PerCpuCgroupStorage => plain with { KeySize = 16, MaxEntries = 0 },
            BpfMapType.SocketStorage or BpfMapType.InodeStorage or BpfMapType.TaskStorage or BpfMapType.CgroupLocalStorage =>
                plain with { MaxEntries = 0, Flags = NoPreallocation },
            BpfMapType.StructOperations => plain with { BtfVmlinuxValueTypeId = 1 },
            BpfMapType.Arena => plain with { KeySize = 0, ValueSize = 0, Flags = Mappable },
            _ => plain,
        };
    }

    /// <summary>BTF that holds one type, <c>int</c>.</summary>
    private static BpfHandle? LoadIntegerBtf()
    {
        Span<byte> blob = stackalloc byte[24 + 16 + 5];
        BinaryPrimitives.WriteUInt16LittleEndian(blob, 0xEB9F);
        blob[2] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(blob[4..], 24);
        BinaryPrimitives.WriteInt32LittleEndian(blob[12..], 16);
        BinaryPrimitives.WriteInt32LittleEndian(blob[16..], 16);
        BinaryPrimitives.WriteInt32LittleEndian(blob[20..], 5);
        BinaryPrimitives.WriteInt32LittleEndian(blob[24..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(blob[28..], 1 << 24);
        BinaryPrimitives.WriteInt32LittleEndian(blob[32..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(blob[36..], 1 << 24 | 32);
        "\0int\0"u8.CopyTo(blob[40..]);
        fixed (byte* start = blob)
        {
            var attributes = new BtfLoadAttributes { Btf = (ulong)start, Size = (uint)blob.Length };
            int result = BpfSyscall.Call(BpfCommand.BtfLoad, ref attributes);
            return result < 0 ? null : new BpfHandle(result);
        }
    }
}
