using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Tracing;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Tracing;

/// <summary>What is attached to kernel functions by their types, and what libbpf attaches.</summary>
public sealed class TracingTests
{
    private const string CongestionControl = """
        struct sock;
        struct tcp_congestion_ops {
            __u32 (*ssthresh)(struct sock *sk);
            void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
            __u32 (*undo_cwnd)(struct sock *sk);
            char name[16];
        } __attribute__((preserve_access_index));
        SEC("struct_ops/ssthresh") __u32 threshold(__u64 *context) { return 2; }
        SEC("struct_ops/avoid") void avoid(__u64 *context) { }
        SEC("struct_ops/undo") __u32 undo(__u64 *context) { return 2; }
        SEC(".struct_ops") struct tcp_congestion_ops lazy = {
            .ssthresh = (void *)threshold, .cong_avoid = (void *)avoid, .undo_cwnd = (void *)undo, .name = "clvt_lazy",
        };
        """;

    [KernelFact]
    public void A_raw_trace_point_and_one_with_types_run()
    {
        using var raw = HitCounter.Of("raw_tp");
        using var typed = HitCounter.Of("tp_btf/sched_process_exec");
        using (BpfLink first = raw.Program.AttachRawTracepoint("sched_process_exec"))
        using (BpfLink second = typed.Program.AttachTracing())
        {
            Command.Run("true");
            Assert.Equal("sched_process_exec", Assert.IsType<RawTracepointLinkInfo>(first.ReadInfo()).Name);
            Assert.Equal(typed.Program.Id, second.ReadInfo().ProgramId);
            Assert.True(raw.Hits > 0 && typed.Hits > 0);
        }

        Assert.Equal(0UL, raw.During(static () => Command.Run("true")));
        BpfException refused = Assert.Throws<BpfException>(() => raw.Program.AttachRawTracepoint("no_such_point"));
        Assert.Contains("no_such_point", refused.Message, StringComparison.Ordinal);
    }

    [KernelTheory]
    [InlineData("fentry/bpf_fentry_test1", BpfAttachType.TraceFentry, 0)]
    [InlineData("fexit/bpf_fentry_test1", BpfAttachType.TraceFexit, 0)]
    [InlineData("fmod_ret/bpf_modify_return_test", BpfAttachType.ModifyReturn, 7)]
    public void A_function_of_the_kernel_runs_the_program(string section, BpfAttachType hook, int answer)
    {
        using HitCounter counter = LoadOrSkip(section, answer);
        using (BpfLink link = counter.Program.AttachTracing())
        {
            Assert.Equal(hook, Assert.IsType<TracingLinkInfo>(link.ReadInfo()).AttachType);
            BpfTestRunResult result = counter.Program.TestRunTracing();
            Assert.NotEqual(0UL, counter.Hits);
            if (hook == BpfAttachType.ModifyReturn)
            {
                Assert.Equal(answer, (short)result.ReturnCode);
            }
        }
    }

    [KernelFact]
    public void A_security_hook_refuses_what_the_program_refuses()
    {
        using HitCounter counter = LoadOrSkip("lsm/path_mkdir", 0);
        using BpfLink link = counter.Program.AttachTracing();
        Assert.Equal(BpfAttachType.LsmMac, Assert.IsType<TracingLinkInfo>(link.ReadInfo()).AttachType);
    }

    [KernelFact]
    public void An_iterator_writes_a_line_for_each_task()
    {
        using BpfObject loaded = TestPrograms.Load("""
            struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index));
            struct bpf_iter_meta { void *seq; } __attribute__((preserve_access_index));
            struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } __attribute__((preserve_access_index));
            SEC("iter/task") int list(struct bpf_iter__task *context)
            {
                static const char format[] = "%d %d\n";
                struct task_struct *task = context->task;
                __u64 values[2];
                if (!task)
                    return 0;
                values[0] = task->tgid;
                values[1] = task->pid;
                bpf_seq_printf(context->meta->seq, format, sizeof(format), values, sizeof(values));
                return 0;
            }
            """);
        using BpfProgram program = loaded.Program("list");
        using BpfIterator all = program.AttachIterator();
        string self = $"{Environment.ProcessId} {Environment.ProcessId}";

        Assert.Contains(self, all.ReadLines());
        Assert.Contains(all.ReadLines(), line => line != self);
        Assert.Equal("task", Assert.IsType<IteratorLinkInfo>(all.Link.ReadInfo()).TargetName);

        using BpfIterator own = program.AttachIterator(new BpfIteratorOptions { ProcessId = Environment.ProcessId });
        List<string> mine = [.. own.ReadLines()];
        Assert.Contains(self, mine);
        Assert.All(mine, line => Assert.StartsWith($"{Environment.ProcessId} ", line, StringComparison.Ordinal));

        using var pins = new PinDirectory();
        all.Link.Pin(pins.Under("tasks"));
        Assert.Contains(self, File.ReadAllLines(pins.Under("tasks")));
        Assert.IsType<BpfIterator>(program.Attach()).Dispose();
    }

    [KernelFact]
    public void An_iterator_walks_the_entries_of_its_map_as_bytes()
    {
        using BpfObject loaded = OrSkip(static () => TestPrograms.Load("""
            struct bpf_iter_meta { void *seq; } __attribute__((preserve_access_index));
            struct bpf_iter__bpf_map_elem { struct bpf_iter_meta *meta; void *map; void *key; void *value; } __attribute__((preserve_access_index));
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 8); } entries SEC(".maps");
            SEC("iter/bpf_map_elem") int dump(struct bpf_iter__bpf_map_elem *context)
            {
                __u32 *key = context->key;
                __u64 *value = context->value, sum;
                if (!key || !value)
                    return 0;
                sum = *key + *value;
                bpf_seq_write(context->meta->seq, &sum, sizeof(sum));
                return 0;
            }
            """));
        using BpfProgram program = loaded.Program("dump");
        using BpfHashMap<uint, ulong> entries = loaded.HashMap<uint, ulong>("entries");
        using BpfMap map = loaded.Map("entries");
        entries[1] = 10;
        entries[2] = 20;
        using BpfIterator iterator = program.AttachIterator(new BpfIteratorOptions { Map = map });
        Assert.Equal(map.Id, Assert.IsType<IteratorLinkInfo>(iterator.Link.ReadInfo()).MapId);
        using var copy = new MemoryStream();
        using (Stream stream = iterator.Open())
        {
            stream.CopyTo(copy);
        }

        ulong[] sums = [.. copy.ToArray().Chunk(8).Select(static chunk => BitConverter.ToUInt64(chunk)).Order()];
        Assert.Equal([11UL, 22UL], sums);
        Assert.Contains("give Map", Assert.ThrowsAny<BpfException>(() => program.AttachIterator()).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Operations_are_handed_to_the_kernel_and_taken_back()
    {
        using BpfObject loaded = OrSkip(static () => TestPrograms.Load(CongestionControl));
        using (LibBpfAttachment attachment = loaded.AttachStructOperations("lazy"))
        {
            Assert.Contains("clvt_lazy", File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control"), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("clvt_lazy", File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control"), StringComparison.Ordinal);
        Assert.Throws<KeyNotFoundException>(() => loaded.AttachStructOperations("none"));
    }

    [KernelFact]
    public void Static_probes_are_attached_and_missing_ones_named()
    {
        string library = UserFunction.Find("libstdc++.so.6", "__cxa_throw").Path;
        string architecture = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86";
        using BpfObject loaded = TestPrograms.Load($$"""
            #include <stdbool.h>
            #include <linux/ptrace.h>
            #define __TARGET_ARCH_{{architecture}}
            #include <bpf/usdt.bpf.h>
            SEC("usdt") int hit(struct pt_regs *context) { return 0; }
            """);
        using (LibBpfAttachment attachment = loaded.AttachUsdt("hit", library, "libstdcxx", "throw", cookie: 9))
        {
            Assert.Contains("libstdcxx:throw", attachment.Description, StringComparison.Ordinal);
        }

        BpfException refused = Assert.ThrowsAny<BpfException>(() => loaded.AttachUsdt("hit", library, "libstdcxx", "no_such_probe"));
        Assert.Contains("no_such_probe", refused.Message, StringComparison.Ordinal);
        Assert.Throws<KeyNotFoundException>(() => loaded.AttachUsdt("none", library, "libstdcxx", "throw"));
    }

    // Some kernels let nobody redirect their functions: loading is refused, which is all that can be shown there.
    private static HitCounter LoadOrSkip(string section, int answer) => OrSkip(() => HitCounter.Of(section, answer));

    private static T OrSkip<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (BpfException e) when (e.Errno is 1 or 95 or 524)
        {
            Assert.NotEmpty(e.Message);
            Assert.Skip($"this kernel does not load such programs: {e.Message}");
            throw;
        }
    }
}
