using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class ObjectOptionsTests
{
    private const string Selective = """
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } numbers SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } spare SEC(".maps");

        SEC("tc") int good(struct __sk_buff *skb) { return 0; }
        SEC("tc") int broken(struct __sk_buff *skb) { __u32 zero = 0; __u64 *value = bpf_map_lookup_elem(&numbers, &zero); return *value; }
        SEC("?tc") int optional(struct __sk_buff *skb) { return 1; }
        SEC("strange/thing") int unknown(struct __sk_buff *skb) { return 2; }
        """;

    [KernelFact]
    public void Loads_only_the_programs_that_are_chosen()
    {
        using BpfObjectFile file = TestPrograms.Open(Selective);
        Assert.Equal([true, true, false, true], file.Programs.Select(static program => program.AutoLoad));
        file.Program("broken").AutoLoad = false;
        file.Program("unknown").AutoLoad = false;
        file.Program("optional").AutoLoad = true;
        using BpfObject loaded = file.Load();
        Assert.Equal(["good", "optional"], loaded.ProgramNames);
        Assert.Contains("good, optional", Assert.Throws<KeyNotFoundException>(() => loaded.Program("broken")).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_section_that_says_no_type_is_named_and_can_be_helped()
    {
        using BpfObjectFile file = TestPrograms.Open(Selective);
        file.Program("broken").AutoLoad = false;
        Assert.Contains("unknown in section \"strange/thing\"", Assert.Throws<BpfException>(file.Load).Message, StringComparison.Ordinal);
        file.Program("unknown").Type = BpfProgramType.SchedulerClassifier;
        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("unknown");
        Assert.Equal(BpfProgramType.SchedulerClassifier, program.Type);
        Assert.Equal(2, program.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void Maps_that_no_program_uses_need_not_be_created()
    {
        using BpfObjectFile file = TestPrograms.Open(Selective);
        file.Program("broken").AutoLoad = false;
        file.Program("unknown").AutoLoad = false;
        file.Map("spare").AutoCreate = false;
        using BpfObject loaded = file.Load();
        Assert.Equal(["numbers"], loaded.MapNames);
        Assert.False(loaded.TryGetMap("spare", out _));
    }

    [KernelFact]
    public void Flags_and_memory_node_reach_the_kernel()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        file.Map("by_length").Flags = BpfMapOptions.NoPreallocation;
        file.Map("by_length").NumaNode = 0;
        using BpfObject loaded = file.Load();
        using BpfMap map = loaded.Map("by_length");
        Assert.Equal(BpfMapOptions.NoPreallocation | BpfMapOptions.NumaNode, map.Flags);
    }

    [KernelFact]
    public void Keeps_the_verifiers_log_of_accepted_programs_when_asked()
    {
        using var file = BpfObjectFile.Open(
            BpfCompiler.Compile(TestPrograms.Counter), "test.bpf.o", new BpfObjectOptions { LogLevel = BpfLogLevel.Statistics });
        using BpfObject loaded = file.Load();
        Assert.Contains("processed", loaded.VerifierLog("count"), StringComparison.Ordinal);
        Assert.Throws<KeyNotFoundException>(() => loaded.VerifierLog("x"));
        using BpfObject silent = TestPrograms.Load(TestPrograms.Counter);
        Assert.Empty(silent.VerifierLog("count"));
    }

    [KernelFact]
    public void With_logs_of_all_programs_the_culprit_is_still_named()
    {
        using var file = BpfObjectFile.Open(
            BpfCompiler.Compile(TestPrograms.Refused), "test.bpf.o", new BpfObjectOptions { LogLevel = BpfLogLevel.Basic });
        Assert.Equal("careless", Assert.Throws<BpfVerifierException>(file.Load).Program);
    }

    [KernelFact]
    public void Relocates_against_the_kernel_btf_that_is_given()
    {
        const string Source = """
            struct task_struct { int tgid; } __attribute__((preserve_access_index));
            SEC("tc") int where(struct __sk_buff *skb) { return __builtin_preserve_field_info(((struct task_struct *)0)->tgid, 0); }
            """;
        byte[] elf = BpfCompiler.Compile(Source);
        using var withKernels = BpfObjectFile.Open(elf, "test.bpf.o", new BpfObjectOptions { KernelBtfPath = "/sys/kernel/btf/vmlinux" });
        using BpfObject loaded = withKernels.Load();
        using BpfProgram program = loaded.Program("where");
        int offset = program.TestRun(TestPrograms.Frame(), []).ReturnCode;
        Assert.InRange(offset, 1, 1 << 20);

        // The object's own BTF in the kernel's place puts the field first: the path given is the one used.
        string path = Path.Combine(Path.GetTempPath(), $"clvt-{Guid.NewGuid():N}.bpf.o");
        File.WriteAllBytes(path, elf);
        try
        {
            using var withOwn = BpfObjectFile.Open(elf, "test.bpf.o", new BpfObjectOptions { KernelBtfPath = path });
            using BpfObject other = withOwn.Load();
            using BpfProgram first = other.Program("where");
            Assert.Equal(0, first.TestRun(TestPrograms.Frame(), []).ReturnCode);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<FileNotFoundException>(() => BpfObjectFile.Open(elf, "x", new BpfObjectOptions { KernelBtfPath = "/nonexistent/btf" }));
    }

    [KernelFact]
    public void Kernel_configuration_lines_answer_kconfig_externs()
    {
        const string Source = """
            extern int CONFIG_CLOVISOR_ANSWER __kconfig __weak;
            SEC("tc") int answer(struct __sk_buff *skb) { return CONFIG_CLOVISOR_ANSWER; }
            """;
        byte[] elf = BpfCompiler.Compile(Source);
        using var file = BpfObjectFile.Open(elf, "test.bpf.o", new BpfObjectOptions { KernelConfig = "CONFIG_CLOVISOR_ANSWER=42\n" });
        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("answer");
        Assert.Equal(42, program.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }
}
