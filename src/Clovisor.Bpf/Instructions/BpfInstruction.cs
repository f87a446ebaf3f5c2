using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Instructions;

/// <summary>One instruction as the kernel takes it: 8 bytes, <c>struct bpf_insn</c>. A 64-bit constant takes two in a row.</summary>
/// <remarks>Encoding: RFC 9669. <see cref="BpfAssembler"/> makes them, <see cref="BpfDisassembler"/> prints them.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction
{
    // Declared in the kernel's order: the layout is the kernel's.
    private readonly byte _opcode;
    private readonly byte _registers;
    private readonly short _offset;
    private readonly int _immediate;

    /// <summary>Makes an instruction from its fields.</summary>
    /// <param name="opcode">Class, source and operation.</param>
    /// <param name="destination">The destination register.</param>
    /// <param name="source">The source register, or a number that says what the constant means.</param>
    /// <param name="offset">Offset of a jump in instructions, or of a memory access in bytes.</param>
    /// <param name="immediate">The constant.</param>
    public BpfInstruction(byte opcode, BpfRegister destination, BpfRegister source, short offset, int immediate)
    {
        _opcode = opcode;
        _registers = BitConverter.IsLittleEndian
            ? (byte)((byte)destination & 15 | (byte)source << 4)
            : (byte)((byte)destination << 4 | (byte)source & 15);
        _offset = offset;
        _immediate = immediate;
    }

    /// <summary>Class, source and operation.</summary>
    public byte Opcode => _opcode;

    /// <summary>The destination register.</summary>
    public BpfRegister Destination => (BpfRegister)(BitConverter.IsLittleEndian ? _registers & 15 : _registers >> 4);

    /// <summary>The source register, or a number that says what the constant means.</summary>
    public BpfRegister Source => (BpfRegister)(BitConverter.IsLittleEndian ? _registers >> 4 : _registers & 15);

    /// <summary>Offset of a jump in instructions, or of a memory access in bytes.</summary>
    public short Offset => _offset;

    /// <summary>The constant.</summary>
    public int Immediate => _immediate;

    /// <summary>Whether the next instruction holds the upper half of this one's constant.</summary>
    public bool IsWide => Opcode == Opcodes.LoadImmediate64;

    /// <summary>The instruction as the verifier prints it; the second half of a wide one is not known here and taken as zero.</summary>
    public override string ToString() => BpfDisassembler.Format(this, 0);
}
