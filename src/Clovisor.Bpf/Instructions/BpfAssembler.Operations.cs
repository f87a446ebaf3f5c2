using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Instructions;

public sealed partial class BpfAssembler
{
    /// <summary><c>destination = source</c>, 64 bits.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="source">The register that is read.</param>
    public BpfAssembler Move(BpfRegister destination, BpfRegister source) =>
        Add(new(Opcodes.ClassAlu64 | Opcodes.Move | Opcodes.SourceRegister, destination, source, 0, 0));

    /// <summary><c>destination = value</c>, with the sign extended to 64 bits.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="value">The constant.</param>
    public BpfAssembler Move(BpfRegister destination, int value) =>
        Add(new(Opcodes.ClassAlu64 | Opcodes.Move, destination, 0, 0, value));

    /// <summary>The low 32 bits of the source; the upper half becomes zero.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="source">The register that is read.</param>
    public BpfAssembler Move32(BpfRegister destination, BpfRegister source) =>
        Add(new(Opcodes.ClassAlu | Opcodes.Move | Opcodes.SourceRegister, destination, source, 0, 0));

    /// <summary>A 32-bit constant; the upper half becomes zero.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="value">The constant.</param>
    public BpfAssembler Move32(BpfRegister destination, int value) =>
        Add(new(Opcodes.ClassAlu | Opcodes.Move, destination, 0, 0, value));

    /// <summary>The low bits of the source, with their sign extended to 64 bits. From Linux 6.6.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="source">The register that is read.</param>
    /// <param name="bits">8, 16 or 32.</param>
    public BpfAssembler MoveSigned(BpfRegister destination, BpfRegister source, int bits)
    {
        RequireBits(bits, 8, 16, 32);
        return Add(new(Opcodes.ClassAlu64 | Opcodes.Move | Opcodes.SourceRegister, destination, source, (short)bits, 0));
    }

    /// <summary>64-bit arithmetic with a register.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="destination">The left operand and result.</param>
    /// <param name="source">The right operand.</param>
    public BpfAssembler Alu(BpfOperation operation, BpfRegister destination, BpfRegister source) =>
        Add(new((byte)(Opcodes.ClassAlu64 | (byte)operation | Opcodes.SourceRegister), destination, source, 0, 0));

    /// <summary>64-bit arithmetic with a constant, whose sign is extended.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="destination">The left operand and result.</param>
    /// <param name="value">The right operand.</param>
    public BpfAssembler Alu(BpfOperation operation, BpfRegister destination, int value) =>
        Add(new((byte)(Opcodes.ClassAlu64 | (byte)operation), destination, 0, 0, value));

    /// <summary>32-bit arithmetic with a register; the result's upper half is zero.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="destination">The left operand and result.</param>
    /// <param name="source">The right operand.</param>
    public BpfAssembler Alu32(BpfOperation operation, BpfRegister destination, BpfRegister source) =>
        Add(new((byte)(Opcodes.ClassAlu | (byte)operation | Opcodes.SourceRegister), destination, source, 0, 0));

    /// <summary>32-bit arithmetic with a constant; the result's upper half is zero.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="destination">The left operand and result.</param>
    /// <param name="value">The right operand.</param>
    public BpfAssembler Alu32(BpfOperation operation, BpfRegister destination, int value) =>
        Add(new((byte)(Opcodes.ClassAlu | (byte)operation), destination, 0, 0, value));

    /// <summary><c>destination = -destination</c>, 64 bits.</summary>
    /// <param name="destination">The register.</param>
    public BpfAssembler Negate(BpfRegister destination) => Add(new(Opcodes.ClassAlu64 | Opcodes.Negate, destination, 0, 0, 0));

    /// <summary>Turns host order into big-endian or back: does nothing on a big-endian machine.</summary>
    /// <param name="destination">The register; bits above are cleared.</param>
    /// <param name="bits">16, 32 or 64.</param>
    public BpfAssembler ToBigEndian(BpfRegister destination, int bits)
    {
        RequireBits(bits, 16, 32, 64);
        return Add(new(Opcodes.ClassAlu | Opcodes.Swap | Opcodes.SourceRegister, destination, 0, 0, bits));
    }

    /// <summary>Reverses the bytes. From Linux 6.6.</summary>
    /// <param name="destination">The register; bits above are cleared.</param>
    /// <param name="bits">16, 32 or 64.</param>
    public BpfAssembler SwapBytes(BpfRegister destination, int bits)
    {
        RequireBits(bits, 16, 32, 64);
        return Add(new(Opcodes.ClassAlu64 | Opcodes.Swap, destination, 0, 0, bits));
    }

    /// <summary>Reads memory; the bits above the size become zero.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="size">How much is read.</param>
    public BpfAssembler Load(BpfRegister destination, BpfRegister address, short offset, BpfSize size) =>
        Add(new((byte)(Opcodes.ClassLoad | Opcodes.ModeMemory | (byte)size), destination, address, offset, 0));

    /// <summary>Reads memory and extends the sign. From Linux 6.6.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="size">How much is read: 1, 2 or 4 bytes.</param>
    public BpfAssembler LoadSigned(BpfRegister destination, BpfRegister address, short offset, BpfSize size) =>
        Add(new((byte)(Opcodes.ClassLoad | Opcodes.ModeMemorySigned | (byte)size), destination, address, offset, 0));

    /// <summary>Writes a register to memory.</summary>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="source">The register that is written.</param>
    /// <param name="size">How much is written.</param>
    public BpfAssembler Store(BpfRegister address, short offset, BpfRegister source, BpfSize size) =>
        Add(new((byte)(Opcodes.ClassStore | Opcodes.ModeMemory | (byte)size), address, source, offset, 0));

    /// <summary>Writes a constant to memory.</summary>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="value">The constant; 8 bytes get its sign.</param>
    /// <param name="size">How much is written.</param>
    public BpfAssembler Store(BpfRegister address, short offset, int value, BpfSize size) =>
        Add(new((byte)(Opcodes.ClassStoreImmediate | Opcodes.ModeMemory | (byte)size), address, 0, offset, value));

    /// <summary>Changes memory in one step.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="source">The operand.</param>
    /// <param name="size"><see cref="BpfSize.Word"/> or <see cref="BpfSize.DoubleWord"/>.</param>
    public BpfAssembler Atomic(BpfAtomic operation, BpfRegister address, short offset, BpfRegister source, BpfSize size) =>
        size is BpfSize.Word or BpfSize.DoubleWord
            ? Add(new((byte)(Opcodes.ClassStore | Opcodes.ModeAtomic | (byte)size), address, source, offset, (int)operation))
            : throw new ArgumentOutOfRangeException(nameof(size), size, "Atomic instructions work on words and doubles.");

    /// <summary>Reads the packet at a fixed offset into R0, from network order; ends the program behind the packet's end. Needs the context in R6.</summary>
    /// <param name="offset">Bytes from the packet's start.</param>
    /// <param name="size">1, 2 or 4 bytes.</param>
    public BpfAssembler LoadPacket(int offset, BpfSize size) =>
        Add(new((byte)(Opcodes.ClassLoadImmediate | Opcodes.ModeAbsolute | (byte)size), 0, 0, 0, offset));

    /// <summary>A 64-bit constant; two instructions.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="value">The constant.</param>
    public BpfAssembler LoadConstant(BpfRegister destination, ulong value) => Wide(destination, 0, (int)value, (int)(value >> 32));

    /// <summary>The address of a map, as helpers take it; two instructions.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="map">The map; keep it until the program is loaded.</param>
    public BpfAssembler LoadMap(BpfRegister destination, BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        _maps.Add((_code.Count, map));
        return Wide(destination, Opcodes.PseudoMapDescriptor, 0, 0);
    }

    /// <summary>The address of the value of an array with one element; two instructions. From Linux 5.2.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="map">The array; keep it until the program is loaded.</param>
    /// <param name="offset">Bytes into the value.</param>
    public BpfAssembler LoadMapValue(BpfRegister destination, BpfMap map, uint offset = 0)
    {
        ArgumentNullException.ThrowIfNull(map);
        _maps.Add((_code.Count, map));
        return Wide(destination, Opcodes.PseudoMapValue, 0, (int)offset);
    }

    /// <summary>The address of a function of this program, for helpers that call back; two instructions. From Linux 5.13.</summary>
    /// <param name="destination">The register that is written.</param>
    /// <param name="function">A label at the function's first instruction.</param>
    public BpfAssembler LoadFunction(BpfRegister destination, BpfLabel function) =>
        Refer(function, Reference.Function, new(Opcodes.LoadImmediate64, destination, (BpfRegister)Opcodes.PseudoFunction, 0, 0)).Add(default);

    private BpfAssembler Wide(BpfRegister destination, byte meaning, int low, int high) =>
        Add(new(Opcodes.LoadImmediate64, destination, (BpfRegister)meaning, 0, low)).Add(new(0, 0, 0, 0, high));

    private static void RequireBits(int bits, params ReadOnlySpan<int> allowed)
    {
        if (!allowed.Contains(bits))
        {
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"The instruction works on {string.Join(", ", allowed.ToArray())} bits.");
        }
    }
}
