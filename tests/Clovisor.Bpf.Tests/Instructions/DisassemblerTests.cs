using System.Text.RegularExpressions;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using static Clovisor.Bpf.Instructions.BpfRegister;

namespace Clovisor.Bpf.Tests.Instructions;

/// <summary>The verifier prints each instruction that it walks: what we print is held against that.</summary>
public sealed partial class DisassemblerTests
{
    [KernelFact]
    public void Prints_instructions_as_the_verifier_does()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1);
        var assembler = new BpfAssembler();
        BpfLabel function = assembler.DefineLabel("function");
        assembler
            .Move(R6, R1).Move(R0, 7).Move32(R1, 9).Move32(R2, R1).MoveSigned(R3, R1, 8).MoveSigned(R3, R1, 16).MoveSigned(R3, R1, 32);
        foreach (BpfOperation operation in Enum.GetValues<BpfOperation>())
        {
            assembler.Alu(operation, R0, 3).Alu(operation, R0, R1).Alu32(operation, R0, 3).Alu32(operation, R0, R1);
        }

        assembler.Negate(R0).ToBigEndian(R0, 16).ToBigEndian(R0, 32).ToBigEndian(R0, 64).SwapBytes(R0, 16).SwapBytes(R0, 64)
            .LoadConstant(R2, 0x1234_5678_9ABC_DEF0).Move(R1, 1).Move(R0, 1);
        foreach (BpfSize size in Enum.GetValues<BpfSize>())
        {
            assembler.Store(R10, -8, 1, BpfSize.DoubleWord).Store(R10, -8, -5, size).Store(R10, -8, R1, size).Load(R3, R10, -8, size);
            if (size != BpfSize.DoubleWord)
            {
                assembler.LoadSigned(R3, R10, -8, size);
            }
        }

        foreach (BpfAtomic operation in Enum.GetValues<BpfAtomic>())
        {
            assembler.Store(R10, -8, 1, BpfSize.DoubleWord).Move(R0, 1).Move(R1, 1)
                .Atomic(operation, R10, -8, R1, BpfSize.Word).Move(R1, 1).Move(R0, 1).Atomic(operation, R10, -8, R1, BpfSize.DoubleWord);
        }

        assembler.LoadPacket(12, BpfSize.Half).LoadPacket(0, BpfSize.Word).LoadPacket(3, BpfSize.Byte).Call(BpfHelper.GetPrandomU32).Move(R7, R0);
        foreach (BpfCondition condition in Enum.GetValues<BpfCondition>())
        {
            foreach (int form in Enumerable.Range(0, 4))
            {
                // Both ways lead on to the next instruction, so the verifier prints it whatever it knows of the operands.
                BpfLabel next = assembler.DefineLabel();
                assembler.Move(R1, R7);
                _ = form switch
                {
                    0 => assembler.JumpIf(condition, R7, 3, next),
                    1 => assembler.JumpIf(condition, R7, R1, next),
                    2 => assembler.JumpIf32(condition, R7, -3, next),
                    _ => assembler.JumpIf32(condition, R7, R1, next),
                };
                assembler.MarkLabel(next);
            }
        }

        BpfLabel end = assembler.DefineLabel(), far = assembler.DefineLabel();
        BpfInstruction[] code = assembler.Jump(end).MarkLabel(end).JumpFar(far).MarkLabel(far).Call(function).Call(BpfHelper.KtimeGetNs)
            .Move(R0, 0).Exit().MarkLabel(function).Move(R0, 0).Exit().ToArray();

        Dictionary<int, string> printed = Verifier(BpfProgramType.SchedulerClassifier, code);
        string[] ours = BpfDisassembler.Disassemble(code).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(ours.Length, printed.Count);
        Assert.Equal(ours.Select(static line => line), printed.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key}: {pair.Value}"));
    }

    [Fact]
    public void Prints_what_the_kernel_replaces_by_addresses()
    {
        BpfInstruction wide = new(0x18, R1, (BpfRegister)1, 0, 5);
        Assert.Equal("(18) r1 = map[fd:5]", BpfDisassembler.Format(wide, 0));
        Assert.Equal("(18) r1 = map[fd:5][0]+16", BpfDisassembler.Format(new(0x18, R1, (BpfRegister)2, 0, 5), 16));
        Assert.Equal("(18) r2 = subprog[+4]", BpfDisassembler.Format(new(0x18, R2, (BpfRegister)4, 0, 4), 0));
        Assert.Equal("(85) call kernel-function#77", BpfDisassembler.Format(new(0x85, 0, (BpfRegister)2, 0, 77), 0));
        Assert.Equal("(85) call helper 9999#9999", BpfDisassembler.Format(new(0x85, 0, 0, 0, 9999), 0));
    }

    [Fact]
    public void Never_fails_whatever_the_bytes()
    {
        for (int opcode = 0; opcode < 256; opcode++)
        {
            for (int registers = 0; registers < 256; registers += 17)
            {
                Assert.NotEmpty(BpfDisassembler.Format(new BpfInstruction((byte)opcode, (BpfRegister)(registers & 15), (BpfRegister)(registers >> 4), -1, int.MinValue), -1));
            }
        }

        Assert.Equal("0: (18) r1 = 0x1\n", BpfDisassembler.Disassemble([new(0x18, R1, 0, 0, 1)]));
        Assert.Empty(BpfDisassembler.Disassemble([]));
    }

    /// <summary>What the verifier printed, by index. The program ends in a read that it refuses, so that there is a log.</summary>
    private static Dictionary<int, string> Verifier(BpfProgramType type, BpfInstruction[] code)
    {
        // The last instruction of the main function is reached in the end; a read of an unset register there brings the log.
        BpfInstruction[] refused = [.. code];
        int exit = Array.FindLastIndex(refused, refused.Length - 3, static i => i.Opcode == 0x95);
        refused[exit - 1] = new BpfInstruction(0xBF, R0, R9, 0, 0);
        BpfVerifierException e = Assert.Throws<BpfVerifierException>(() => BpfProgram.Load(type, refused));
        var lines = new Dictionary<int, string>();
        foreach (Match match in Line().Matches(e.Log))
        {
            lines[int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)] = match.Groups[2].Value;
        }

        lines[exit - 1] = BpfDisassembler.Format(code[exit - 1], 0);
        lines.TryAdd(exit, BpfDisassembler.Format(code[exit], 0));
        return lines;
    }

    [GeneratedRegex(@"^(\d+): (\([0-9a-f]{2}\) [^;\n]*?)\s*(?:;[^\n]*)?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
