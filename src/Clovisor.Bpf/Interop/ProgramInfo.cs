using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary><c>struct bpf_prog_info</c>. Arrays are filled as far as their pointers and counts allow; the counts come back as those there are.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal unsafe struct ProgramInfo
{
    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(4)]
    internal uint Id;

    [FieldOffset(8)]
    internal ulong Tag;

    [FieldOffset(16)]
    internal uint JitedLength;

    [FieldOffset(20)]
    internal uint TranslatedLength;

    [FieldOffset(24)]
    internal ulong JitedInstructions;

    [FieldOffset(32)]
    internal ulong TranslatedInstructions;

    /// <summary>Nanoseconds since the machine started.</summary>
    [FieldOffset(40)]
    internal ulong LoadTime;

    [FieldOffset(48)]
    internal uint CreatedByUser;

    [FieldOffset(52)]
    internal uint MapIdCount;

    [FieldOffset(56)]
    internal ulong MapIds;

    [FieldOffset(64)]
    internal fixed byte Name[16];

    [FieldOffset(80)]
    internal uint InterfaceIndex;

    /// <summary>Bit 0: the licence is compatible with the GPL.</summary>
    [FieldOffset(84)]
    internal uint Licence;

    [FieldOffset(128)]
    internal uint BtfId;

    [FieldOffset(132)]
    internal uint FunctionInfoSize;

    [FieldOffset(136)]
    internal ulong FunctionInfo;

    [FieldOffset(144)]
    internal uint FunctionInfoCount;

    [FieldOffset(148)]
    internal uint LineInfoCount;

    [FieldOffset(152)]
    internal ulong LineInfo;

    [FieldOffset(172)]
    internal uint LineInfoSize;

    [FieldOffset(192)]
    internal ulong RunTime;

    [FieldOffset(200)]
    internal ulong RunCount;

    [FieldOffset(208)]
    internal ulong RecursionMisses;

    [FieldOffset(216)]
    internal uint VerifiedInstructions;

    [FieldOffset(220)]
    internal uint AttachBtfObjectId;

    [FieldOffset(224)]
    internal uint AttachBtfId;
}
