using System.Runtime.InteropServices;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using static Clovisor.Bpf.Instructions.BpfRegister;

namespace Clovisor.Bpf.Tests.Instructions;

public sealed class AssemblerTests
{
    [KernelFact]
    public void A_program_written_by_hand_runs()
    {
        var assembler = new BpfAssembler();
        BpfLabel small = assembler.DefineLabel("small");
        using BpfProgram program = assembler
            .Load(R0, R1, 0, BpfSize.Word)
            .JumpIf(BpfCondition.Less, R0, 100, small)
            .Move(R0, 1).Exit()
            .MarkLabel(small).Move(R0, 2).Exit()
            .LoadProgram(BpfProgramType.SchedulerClassifier, new BpfProgramOptions { Name = "by_length" });

        Assert.Equal(2, program.TestRun(new byte[60], []).ReturnCode);
        Assert.Equal(1, program.TestRun(new byte[200], []).ReturnCode);
        Assert.Equal("by_length", program.Name);
        Assert.Equal(BpfProgramType.SchedulerClassifier, program.Type);
    }

    [KernelFact]
    public void A_program_counts_in_a_map()
    {
        using BpfArrayMap<ulong> map = new(BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1));
        using BpfProgram direct = new BpfAssembler()
            .LoadMapValue(R1, map.Map).Move(R2, 1).Atomic(BpfAtomic.Add, R1, 0, R2, BpfSize.DoubleWord).Move(R0, 0).Exit()
            .LoadProgram(BpfProgramType.SchedulerClassifier);
        var assembler = new BpfAssembler();
        BpfLabel absent = assembler.DefineLabel();
        using BpfProgram lookup = assembler
            .Store(R10, -4, 0, BpfSize.Word).Move(R2, R10).Alu(BpfOperation.Add, R2, -4).LoadMap(R1, map.Map).Call(BpfHelper.MapLookupElem)
            .JumpIf(BpfCondition.Equal, R0, 0, absent).Move(R1, 10).Atomic(BpfAtomic.Add, R0, 0, R1, BpfSize.DoubleWord)
            .MarkLabel(absent).Move(R0, 0).Exit()
            .LoadProgram(BpfProgramType.SchedulerClassifier);

        direct.TestRun(new byte[60], []);
        lookup.TestRun(new byte[60], []);

        Assert.Equal(11UL, map[0]);
    }

    [KernelFact]
    public void A_refused_program_brings_the_log()
    {
        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(
            () => new BpfAssembler().Move(R0, R9).Exit().LoadProgram(BpfProgramType.SchedulerClassifier, new BpfProgramOptions { Name = "careless" }));
        Assert.Equal("R9 !read_ok", refused.Summary);
        Assert.Equal("careless", refused.Program);
    }

    [KernelFact]
    public void A_type_that_the_kernel_does_not_know_is_refused_without_a_log()
    {
        BpfException refused = Assert.Throws<BpfException>(() => new BpfAssembler().Move(R0, 0).Exit().LoadProgram((BpfProgramType)999));
        Assert.Contains("may not know programs of type 999", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Helpers_of_the_gpl_need_the_licence()
    {
        BpfAssembler code = new BpfAssembler().Move(R1, 0).Move(R2, 0).Move(R3, 0).Call(BpfHelper.KtimeGetNs).Call(BpfHelper.GetCurrentTask).Move(R0, 0).Exit();
        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(
            () => code.LoadProgram(BpfProgramType.Kprobe, new BpfProgramOptions { License = "Proprietary" }));
        Assert.Contains("GPL", refused.Summary, StringComparison.Ordinal);
        code.LoadProgram(BpfProgramType.Kprobe).Dispose();
    }

    [KernelFact]
    public void The_place_of_attachment_is_verified()
    {
        var inet4 = new BpfProgramOptions { ExpectedAttachType = BpfAttachType.CgroupInet4Connect };
        using BpfProgram program = new BpfAssembler().Move(R0, 1).Exit().LoadProgram(BpfProgramType.CgroupSocketAddress, inet4);
        Assert.Equal(BpfProgramType.CgroupSocketAddress, program.Type);
        Assert.Throws<BpfException>(() => new BpfAssembler().Move(R0, 1).Exit().LoadProgram(
            BpfProgramType.CgroupSocketAddress, new BpfProgramOptions { ExpectedAttachType = BpfAttachType.Xdp }));
    }

    [KernelFact]
    public void A_bound_map_lives_with_the_program()
    {
        static bool IsAlive(uint id)
        {
            var attributes = new IdAttributes { Id = id };
            int result = BpfSyscall.Call((BpfCommand)14, ref attributes); // BPF_MAP_GET_FD_BY_ID
            if (result >= 0)
            {
                new BpfHandle(result).Dispose();
            }

            return result >= 0;
        }

        BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1);
        uint id = map.Id;
        using (BpfProgram program = new BpfAssembler().Move(R0, 0).Exit().LoadProgram(
            BpfProgramType.SchedulerClassifier, new BpfProgramOptions { BoundMaps = [map] }))
        {
            map.Dispose();
            Assert.True(IsAlive(id));
        }
    }

    [Fact]
    public void Every_label_that_is_not_marked_is_listed()
    {
        var assembler = new BpfAssembler();
        BpfLabel lost = assembler.DefineLabel("lost");
        assembler.Jump(lost).Call(assembler.DefineLabel()).Exit();
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => assembler.ToArray());
        Assert.Contains("Instruction 0 goes to label lost, which is not marked.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Instruction 1 goes to label #1, which is not marked.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jump_that_is_too_far_is_refused_and_a_far_one_is_not()
    {
        var assembler = new BpfAssembler();
        BpfLabel end = assembler.DefineLabel("end");
        assembler.Jump(end).JumpFar(end);
        for (int i = 0; i < 40_000; i++)
        {
            assembler.Move(R0, i);
        }

        assembler.MarkLabel(end).Exit();
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => assembler.ToArray());
        Assert.Contains("jumps 40001 instructions to label end", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Instruction 1 ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_belongs_to_its_assembler_and_is_marked_once()
    {
        var assembler = new BpfAssembler();
        BpfLabel label = assembler.DefineLabel("here");
        assembler.MarkLabel(label);
        Assert.Throws<InvalidOperationException>(() => assembler.MarkLabel(label));
        Assert.Throws<ArgumentException>(() => new BpfAssembler().MarkLabel(label));
        Assert.Throws<ArgumentException>(() => assembler.Jump(default));
    }

    [Fact]
    public void An_instruction_has_the_kernels_bytes() =>
        Assert.Equal(
            [0x7B, 0x1A, 0xF8, 0xFF, 0x04, 0x03, 0x02, 0x01],
            MemoryMarshal.AsBytes<BpfInstruction>([new BpfInstruction(0x7B, R10, R1, -8, 0x01020304)]).ToArray());

    [Fact]
    public void Widths_that_do_not_exist_are_refused()
    {
        var assembler = new BpfAssembler();
        Assert.Throws<ArgumentOutOfRangeException>(() => assembler.ToBigEndian(R0, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => assembler.MoveSigned(R0, R1, 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => assembler.Atomic(BpfAtomic.Add, R0, 0, R1, BpfSize.Byte));
        Assert.Throws<ArgumentException>(() => BpfProgram.Load(BpfProgramType.Xdp, []));
        Assert.Equal(0, assembler.Count);
    }
}
