using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// The members of union bpf_attr, one struct a group of commands. Order and width are the kernel's.

internal unsafe struct MapCreateAttributes
{
    internal uint Type, KeySize, ValueSize, MaxEntries, Flags, InnerMapDescriptor, NumaNode;
    internal fixed byte Name[16];
    internal uint InterfaceIndex, BtfDescriptor, BtfKeyTypeId, BtfValueTypeId, BtfVmlinuxValueTypeId;
    internal ulong Extra;
    internal int ValueTypeBtfDescriptor, TokenDescriptor;
}

internal struct BtfLoadAttributes
{
    internal ulong Btf, Log;
    internal uint Size, LogSize, LogLevel, LogTrueSize, Flags, TokenDescriptor;
}

internal struct TokenCreateAttributes
{
    internal uint Flags, FileSystemDescriptor;
}

[StructLayout(LayoutKind.Sequential)]
internal struct MapElementAttributes
{
    internal uint MapDescriptor;
    internal uint Padding;
    internal ulong Key;
    internal ulong Value;
    internal ulong Flags;
}

internal struct MapBatchAttributes
{
    internal ulong InBatch, OutBatch, Keys, Values;
    internal uint Count, MapDescriptor;
    internal ulong ElementFlags, Flags;
}

internal struct MapFreezeAttributes
{
    internal uint MapDescriptor;
}

internal unsafe struct ProgramLoadAttributes
{
    internal uint Type, InstructionCount;
    internal ulong Instructions, License;
    internal uint LogLevel, LogSize;
    internal ulong LogBuffer;
    internal uint KernelVersion, Flags;
    internal fixed byte Name[16];
    internal uint InterfaceIndex, ExpectedAttachType, BtfDescriptor, FunctionInfoSize;
    internal ulong FunctionInfo;
    internal uint FunctionInfoCount, LineInfoSize;
    internal ulong LineInfo;
    internal uint LineInfoCount, AttachBtfId, AttachProgramDescriptor, RelocationCount;
    internal ulong DescriptorArray, Relocations;
    internal uint RelocationSize, LogTrueSize, TokenDescriptor, DescriptorCount;
}

internal struct ProgramBindMapAttributes
{
    internal uint ProgramDescriptor, MapDescriptor, Flags;
}

internal struct ObjectAttributes
{
    internal ulong Path;
    internal uint Descriptor, FileFlags;
}

internal struct InfoAttributes
{
    internal uint Descriptor, InfoLength;
    internal ulong Info;
}

internal struct IdAttributes
{
    internal uint Id, NextId, OpenFlags;
}

internal struct TestRunAttributes
{
    internal uint ProgramDescriptor, ReturnValue, DataSizeIn, DataSizeOut;
    internal ulong DataIn, DataOut;
    internal uint Repeat, Duration, ContextSizeIn, ContextSizeOut;
    internal ulong ContextIn, ContextOut;
    internal uint Flags, Cpu, BatchSize;
}

internal struct ProgramQueryAttributes
{
    internal uint Target, AttachType, QueryFlags, AttachFlags;
    internal ulong ProgramIds;
    internal uint Count, Padding;
    internal ulong ProgramAttachFlags, LinkIds, LinkAttachFlags, Revision;
}

internal struct EnableStatisticsAttributes
{
    internal uint Type;
}
