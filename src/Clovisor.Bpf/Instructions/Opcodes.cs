namespace Clovisor.Bpf.Instructions;

/// <summary>The fields of an opcode (RFC 9669): class in the low three bits, then source or size, then operation or mode.</summary>
internal static class Opcodes
{
    internal const byte ClassMask = 0x07;
    internal const byte ClassLoadImmediate = 0x00;
    internal const byte ClassLoad = 0x01;
    internal const byte ClassStoreImmediate = 0x02;
    internal const byte ClassStore = 0x03;
    internal const byte ClassAlu = 0x04;
    internal const byte ClassJump = 0x05;
    internal const byte ClassJump32 = 0x06;
    internal const byte ClassAlu64 = 0x07;

    internal const byte SourceRegister = 0x08;
    internal const byte OperationMask = 0xF0;
    internal const byte SizeMask = 0x18;
    internal const byte ModeMask = 0xE0;

    internal const byte ModeImmediate = 0x00;
    internal const byte ModeAbsolute = 0x20;
    internal const byte ModeIndirect = 0x40;
    internal const byte ModeMemory = 0x60;
    internal const byte ModeMemorySigned = 0x80;
    internal const byte ModeAtomic = 0xC0;

    internal const byte Negate = 0x80;
    internal const byte Move = 0xB0;
    internal const byte Swap = 0xD0;
    internal const byte JumpAlways = 0x00;
    internal const byte Call = 0x80;
    internal const byte Exit = 0x90;

    /// <summary>A 64-bit constant, in two instructions.</summary>
    internal const byte LoadImmediate64 = 0x18;

    // What the source register of a wide load says.
    internal const byte PseudoMapDescriptor = 1;
    internal const byte PseudoMapValue = 2;
    internal const byte PseudoBtfId = 3;
    internal const byte PseudoFunction = 4;
    internal const byte PseudoMapIndex = 5;
    internal const byte PseudoMapIndexValue = 6;

    // What the source register of a call says.
    internal const byte CallLocal = 1;
    internal const byte CallKernel = 2;

    internal const int AtomicFetch = 0x01;
    internal const int AtomicExchange = 0xE1;
    internal const int AtomicCompareExchange = 0xF1;
    internal const int AtomicLoadAcquire = 0x100;
    internal const int AtomicStoreRelease = 0x110;
}
