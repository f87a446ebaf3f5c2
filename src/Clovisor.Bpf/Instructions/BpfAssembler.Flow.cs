namespace Clovisor.Bpf.Instructions;

public sealed partial class BpfAssembler
{
    /// <summary>Jumps.</summary>
    /// <param name="label">Where to.</param>
    public BpfAssembler Jump(BpfLabel label) => Refer(label, Reference.Jump, new(Opcodes.ClassJump | Opcodes.JumpAlways, 0, 0, 0, 0));

    /// <summary>Jumps by a 32-bit offset. From Linux 6.6.</summary>
    /// <param name="label">Where to.</param>
    public BpfAssembler JumpFar(BpfLabel label) => Refer(label, Reference.LongJump, new(Opcodes.ClassJump32 | Opcodes.JumpAlways, 0, 0, 0, 0));

    /// <summary>Jumps when a 64-bit comparison of two registers holds.</summary>
    /// <param name="condition">The comparison.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="label">Where to.</param>
    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, BpfRegister right, BpfLabel label) =>
        Refer(label, Reference.Jump, new((byte)(Opcodes.ClassJump | (byte)condition | Opcodes.SourceRegister), left, right, 0, 0));

    /// <summary>Jumps when a 64-bit comparison with a constant holds; the constant's sign is extended.</summary>
    /// <param name="condition">The comparison.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="label">Where to.</param>
    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, int right, BpfLabel label) =>
        Refer(label, Reference.Jump, new((byte)(Opcodes.ClassJump | (byte)condition), left, 0, 0, right));

    /// <summary>Jumps when a comparison of the low halves of two registers holds. From Linux 5.1.</summary>
    /// <param name="condition">The comparison.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="label">Where to.</param>
    public BpfAssembler JumpIf32(BpfCondition condition, BpfRegister left, BpfRegister right, BpfLabel label) =>
        Refer(label, Reference.Jump, new((byte)(Opcodes.ClassJump32 | (byte)condition | Opcodes.SourceRegister), left, right, 0, 0));

    /// <summary>Jumps when a comparison of a register's low half with a constant holds. From Linux 5.1.</summary>
    /// <param name="condition">The comparison.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="label">Where to.</param>
    public BpfAssembler JumpIf32(BpfCondition condition, BpfRegister left, int right, BpfLabel label) =>
        Refer(label, Reference.Jump, new((byte)(Opcodes.ClassJump32 | (byte)condition), left, 0, 0, right));

    /// <summary>Calls a helper: arguments in R1 to R5, which are lost; the result in R0.</summary>
    /// <param name="helper">The helper.</param>
    public BpfAssembler Call(BpfHelper helper) => Add(new(Opcodes.ClassJump | Opcodes.Call, 0, 0, 0, (int)helper));

    /// <summary>Calls a function of this program. From Linux 4.16.</summary>
    /// <param name="function">A label at the function's first instruction.</param>
    public BpfAssembler Call(BpfLabel function) =>
        Refer(function, Reference.Call, new(Opcodes.ClassJump | Opcodes.Call, 0, (BpfRegister)Opcodes.CallLocal, 0, 0));

    /// <summary>Calls a kernel function. From Linux 5.13.</summary>
    /// <param name="btfId">The function's number in the kernel's BTF.</param>
    public BpfAssembler CallKernel(int btfId) =>
        Add(new(Opcodes.ClassJump | Opcodes.Call, 0, (BpfRegister)Opcodes.CallKernel, 0, btfId));

    /// <summary>Leaves the function with the result in R0.</summary>
    public BpfAssembler Exit() => Add(new(Opcodes.ClassJump | Opcodes.Exit, 0, 0, 0, 0));
}
