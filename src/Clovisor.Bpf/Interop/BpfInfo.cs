namespace Clovisor.Bpf.Interop;

// Heads of struct bpf_{map,prog,link,btf}_info, as far as they are read.

internal unsafe struct MapInfo
{
    internal uint Type, Id, KeySize, ValueSize, MaxEntries, Flags;
    internal fixed byte Name[16];
    internal uint InterfaceIndex, BtfVmlinuxValueTypeId;
    internal ulong NetnsDevice, NetnsInode;
    internal uint BtfId, BtfKeyTypeId, BtfValueTypeId, BtfVmlinuxId;
    internal ulong Extra;
}

internal struct BtfInfo
{
    internal ulong Data;
    internal uint Size, Id;
}

internal struct TokenInfo
{
    internal ulong Commands, Maps, Programs, AttachTypes;
}
