using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps;

/// <summary>The C types of a map's key and value, from the object file or from the kernel.</summary>
internal sealed class MapBtf
{
    private readonly Lazy<BtfTypeTable?> _types;
    private readonly uint _key;
    private readonly uint _value;

    private MapBtf(Func<BtfTypeTable?> types, uint key, uint value)
    {
        _types = new Lazy<BtfTypeTable?>(types);
        _key = key;
        _value = value;
    }

    internal BtfTypeTable? Types => _types.Value;

    internal BtfType? Key => Find(_key);

    internal BtfType? Value => Find(_value);

    // A number that the table does not have is the kernel's or libbpf's mistake; sizes are then all that is checked.
    private BtfType? Find(uint id) => id != 0 && Types is { } types && id < types.Count ? types[id].Unqualified : null;

    internal static MapBtf? FromObject(Lazy<BtfTypeTable> types, uint key, uint value) =>
        key == 0 && value == 0 ? null : new MapBtf(() => types.Value, key, value);

    /// <summary>Read when first asked for: only typed maps do, and the kernel demands CAP_SYS_ADMIN.</summary>
    internal static MapBtf? FromKernel(in MapInfo info)
    {
        uint id = info.BtfId;
        return id == 0 ? null : new MapBtf(() => ReadKernelBtf(id), info.BtfKeyTypeId, info.BtfValueTypeId);
    }

    // Null when the kernel does not let us read it: then sizes are all that is checked.
    private static unsafe BtfTypeTable? ReadKernelBtf(uint id)
    {
        var attributes = new IdAttributes { Id = id };
        int result = BpfSyscall.Call(BpfCommand.BtfGetDescriptorById, ref attributes);
        if (result < 0)
        {
            return null;
        }

        using var handle = new BpfHandle(result);
        BtfInfo info = default;
        if (BpfSyscall.GetInfo(result, ref info) < 0)
        {
            return null;
        }

        byte[] blob = new byte[info.Size];
        fixed (byte* data = blob)
        {
            info = new BtfInfo { Data = (ulong)data, Size = (uint)blob.Length };
            if (BpfSyscall.GetInfo(result, ref info) < 0)
            {
                return null;
            }
        }

        try
        {
            return BtfTypeTable.Parse(blob);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
