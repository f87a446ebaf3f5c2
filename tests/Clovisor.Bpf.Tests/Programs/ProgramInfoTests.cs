using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Programs;

public sealed class ProgramInfoTests
{
    [KernelFact]
    public void Tells_what_the_kernel_knows()
    {
        TimeSpan before = Uptime();
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        uint[] maps = [.. loaded.MapNames.Select(name =>
        {
            using BpfMap map = loaded.Map(name);
            return map.Id;
        })];

        BpfProgramInfo info = program.ReadInfo();

        Assert.Equal((program.Id, program.Type, "count", true), (info.Id, info.Type, info.Name, info.IsGplCompatible));
        Assert.Equal(maps.Order(), info.MapIds.Order());
        Assert.True(info.TranslatedLength > 0 && info.TranslatedLength % 8 == 0);
        Assert.True(info.JitedLength > 0);
        Assert.True(info.VerifiedInstructions > 0);
        Assert.True(info.BtfId > 0);
        Assert.InRange(info.LoadTime, before - TimeSpan.FromSeconds(0.02), Uptime() + TimeSpan.FromSeconds(0.02));
        Assert.Equal(info.TranslatedLength / 8, program.ReadInstructions().Length);
        Assert.Equal(info.JitedLength, program.ReadMachineCode().Length);
    }

    [KernelFact]
    public void Names_functions_and_source_lines()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("twice");
        Assert.Equal([new BpfProgramFunction(0, "twice")], program.ReadFunctions());
        IReadOnlyList<BpfSourceLine> lines = program.ReadSourceLines();

        // The source came by a pipe, so the compiler could not keep its text.
        Assert.Contains(lines, static line => line.Line > 0 && line.File.EndsWith("<stdin>", StringComparison.Ordinal));
        Assert.Equal(0, lines[0].Instruction);
    }

    [KernelFact]
    public void Programs_links_and_type_descriptions_of_the_kernel_are_listed()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        Assert.Contains(program.Id, BpfProgram.EnumerateIds());
        uint btf = program.ReadInfo().BtfId;
        Assert.Contains(btf, BtfObject.EnumerateIds());
        BtfObject description = BtfObject.OpenById(btf)!;
        Assert.False(description.IsKernel);
        Assert.Equal(16, description.ReadTypes().Struct("pair").Size);
        Assert.Null(BtfObject.OpenById(uint.MaxValue));
        Assert.Contains(BtfObject.EnumerateIds(), static id => BtfObject.OpenById(id) is { IsKernel: true, Name: "vmlinux" });
    }

    [KernelFact]
    public void Runs_are_counted_while_statistics_are_on()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        program.TestRun(TestPrograms.Frame(), [], 10);
        long off = program.ReadInfo().RunCount;
        using (BpfStatistics.Enable())
        {
            program.TestRun(TestPrograms.Frame(), [], 100);
            BpfProgramInfo info = program.ReadInfo();
            Assert.Equal(100, info.RunCount - off);
            Assert.True(info.RunTime > TimeSpan.Zero);
        }
    }

    [KernelFact]
    public void Without_the_right_to_list_it_says_which_one_is_missing() =>
        SyscallFault.Run(1, [(int)BpfCommand.ProgramGetNextId, (int)BpfCommand.EnableStatistics], static () =>
        {
            Assert.Contains("CAP_SYS_ADMIN", Assert.Throws<BpfPermissionException>(static () => BpfProgram.EnumerateIds().ToList()).Message, StringComparison.Ordinal);
            Assert.Throws<BpfPermissionException>(BpfStatistics.Enable);
        });

    // In hundredths of a second: what was loaded in the same hundredth may seem to be older.
    private static TimeSpan Uptime() => TimeSpan.FromSeconds(
        double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
}
