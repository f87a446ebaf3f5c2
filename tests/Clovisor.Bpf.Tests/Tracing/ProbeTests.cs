using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Tracing;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Tracing;

/// <summary>Trace points, kprobes, uprobes and counters.</summary>
public sealed class ProbeTests
{
    private const string Tracefs = "/sys/kernel/tracing";

    private static readonly bool HasKprobes = Directory.Exists("/sys/bus/event_source/devices/kprobe");

    // Counts runs, and keeps the cookie.
    private static HitCounter WithCookie(string section) => HitCounter.FromSource($$"""
        SEC("{{section}}") int hit(void *context)
        {
            count(0, 1);
            count(1, bpf_get_attach_cookie(context));
            return 0;
        }
        """);

    [KernelFact]
    public void A_trace_point_runs_the_program_and_gives_its_cookie() => MountNamespace.Run("tracefs", Tracefs, static () =>
    {
        using var counter = WithCookie("tracepoint/sched/sched_process_exec");
        using (ProbeAttachment attachment = counter.Program.AttachTracepoint("sched", "sched_process_exec", new ProbeAttachOptions { Cookie = 5 }))
        {
            ulong before = counter.Hits;
            Command.Run("true");
            Assert.NotEqual(before, counter.Hits);
            Assert.Equal(counter[0] * 5, counter[1]);
            TracepointLinkInfo info = Assert.IsType<TracepointLinkInfo>(attachment.Link!.ReadInfo());
            Assert.Equal((BpfLinkType.PerfEvent, counter.Program.Id, "sched_process_exec", 5UL), (info.Type, info.ProgramId, info.Name, info.Cookie));
        }

        Assert.Equal(0UL, counter.During(static () => Command.Run("true")));
    });

    [KernelFact]
    public void Without_links_of_perf_events_the_event_itself_takes_the_program() => MountNamespace.Run("tracefs", Tracefs, static () =>
    {
        using var counter = HitCounter.Of("tracepoint/sched/sched_process_exec");
        ProbeAttachment? attachment = null;
        SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () => attachment = counter.Program.AttachTracepoint("sched", "sched_process_exec"));
        Assert.Null(attachment!.Link);
        Assert.NotEqual(0UL, counter.During(static () => Command.Run("true")));
        attachment.Dispose();
        Assert.Equal(0UL, counter.During(static () => Command.Run("true")));
    });

    [KernelFact]
    public void A_trace_point_that_does_not_exist_is_named() => MountNamespace.Run("tracefs", Tracefs, static () =>
    {
        using var counter = HitCounter.Of("tracepoint/sched/sched_process_exec");
        BpfException refused = Assert.Throws<BpfException>(() => counter.Program.AttachTracepoint("sched", "no_such_event"));
        Assert.Equal("ENOENT", refused.ErrnoName);
        Assert.Contains("sched/no_such_event", refused.Message, StringComparison.Ordinal);
    });

    [KernelFact]
    public void Without_tracefs_the_message_says_how_to_mount_it() => MountNamespace.RunWithout(
        static () =>
        {
            using var counter = HitCounter.Of("tracepoint/sched/sched_process_exec");
            Assert.Contains("mount -t tracefs", Assert.Throws<BpfException>(() => counter.Program.AttachTracepoint("sched", "sched_process_exec")).Message, StringComparison.Ordinal);
        },
        Tracefs,
        "/sys/kernel/debug");

    [KernelFact]
    public void A_kprobe_runs_or_the_message_says_what_the_kernel_lacks()
    {
        using var counter = HitCounter.Of("kprobe/do_nanosleep");
        MountNamespace.Run("tracefs", Tracefs, () =>
        {
            if (HasKprobes)
            {
                using ProbeAttachment attachment = counter.Program.AttachKprobe("do_nanosleep");
                Assert.NotEqual(0UL, counter.During(static () => Command.Run("sleep", "0.01")));
            }
            else
            {
                BpfNotSupportedException refused = Assert.Throws<BpfNotSupportedException>(() => counter.Program.AttachKprobe("do_nanosleep"));
                Assert.Contains("built without probes of this kind (CONFIG_KPROBE_EVENTS)", refused.Message, StringComparison.Ordinal);
            }
        });
    }

    [KernelFact]
    public void Many_kprobes_run_or_the_message_says_what_the_kernel_lacks()
    {
        using var counter = HitCounter.Of("kprobe.multi/do_nanosleep");
        if (HasKprobes && File.Exists("/sys/kernel/tracing/available_filter_functions"))
        {
            using BpfLink link = counter.Program.AttachKprobeMulti(["do_nanosleep", "hrtimer_nanosleep"]);
            Assert.Equal(2, Assert.IsType<KprobeMultiLinkInfo>(link.ReadInfo()).Count);
        }
        else
        {
            BpfException refused = Assert.ThrowsAny<BpfException>(() => counter.Program.AttachKprobeMulti(["do_nanosleep", "hrtimer_nanosleep"]));
            Assert.Contains("2 kernel functions", refused.Message, StringComparison.Ordinal);
            Assert.Contains("CONFIG_FPROBE", refused.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => counter.Program.AttachKprobeMulti(["a", "b"], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => counter.Program.AttachKprobeMulti([]));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_uprobe_runs_for_processes_that_call_the_function(bool atReturn)
    {
        UserFunction place = UserFunction.Find("libc.so.6", "setlocale");
        using var counter = WithCookie(atReturn ? "uretprobe" : "uprobe");
        using (ProbeAttachment attachment = counter.Program.AttachUprobe(place, new ProbeAttachOptions { AtReturn = atReturn, Cookie = 3 }))
        {
            Assert.NotEqual(0UL, counter.During(static () => Command.Run("ls", "/")));
            Assert.Equal(counter[0] * 3, counter[1]);
            UprobeLinkInfo info = Assert.IsType<UprobeLinkInfo>(attachment.Link!.ReadInfo());
            Assert.Equal((atReturn, 3UL, (uint)place.Offset), (info.IsReturn, info.Cookie, info.Offset));
            Assert.EndsWith("libc.so.6", info.Path, StringComparison.Ordinal);
        }

        Assert.Equal(0UL, counter.During(static () => Command.Run("ls", "/")));
    }

    [KernelFact]
    public void Many_uprobes_are_one_link()
    {
        UserFunction first = UserFunction.Find("libc.so.6", "setlocale");
        UserFunction second = UserFunction.Find("libc.so.6", "opendir");
        using var counter = HitCounter.FromSource("""
            SEC("uprobe") int hit(void *context)
            {
                count(bpf_get_attach_cookie(context), 1);
                return 0;
            }
            """);
        using BpfObject loaded = TestPrograms.Load(HitCounter.Prelude + """
            SEC("uprobe.multi") int hit(void *context)
            {
                count(bpf_get_attach_cookie(context), 1);
                return 0;
            }
            """);
        using Bpf.Programs.BpfProgram program = loaded.Program("hit");
        using Bpf.Maps.BpfArrayMap<ulong> hits = loaded.ArrayMap<ulong>("hits");
        using (BpfLink link = program.AttachUprobeMulti(first.Path, [first.Offset, second.Offset], [1, 2]))
        {
            UprobeMultiLinkInfo info = Assert.IsType<UprobeMultiLinkInfo>(link.ReadInfo());
            Assert.Equal((2, false), (info.Count, info.IsReturn));
            Command.Run("ls", "/");
        }

        Assert.True(hits[1] > 0 && hits[2] > 0, $"setlocale ran {hits[1]} times, opendir {hits[2]} times");
        Assert.Contains("section must be", Assert.ThrowsAny<BpfException>(() => counter.Program.AttachUprobeMulti(first.Path, [first.Offset])).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_place_in_no_file_and_a_function_in_no_table_are_named()
    {
        Assert.Contains("no function no_such_function", Assert.Throws<KeyNotFoundException>(() => UserFunction.Find("libc.so.6", "no_such_function")).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => UserFunction.Find("libnone.so.9", "f"));
        Assert.Throws<FormatException>(() => UserFunction.Find("/etc/hostname", "f"));
        using var counter = HitCounter.Of("uprobe");
        BpfException refused = Assert.ThrowsAny<BpfException>(() => counter.Program.AttachUprobe(new UserFunction("/none/such", 16)));
        Assert.Contains("user function /none/such:0x10", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_counter_runs_the_program_again_and_again()
    {
        using var counter = HitCounter.Of("perf_event");
        using (ProbeAttachment attachment = counter.Program.AttachPerfEvent(new PerfEventOptions { Cpu = 0, Config = 3, Period = 1 }))
        {
            Assert.True(SpinWait.SpinUntil(() => counter.Hits > 2, TimeSpan.FromSeconds(30)));
            PerfEventLinkInfo info = Assert.IsType<PerfEventLinkInfo>(attachment.Link!.ReadInfo());
            Assert.Equal((1u, 3UL), (info.EventType, info.Config));
        }

        Assert.Throws<ArgumentException>(() => counter.Program.AttachPerfEvent(new PerfEventOptions()));
        Assert.ThrowsAny<BpfException>(() => counter.Program.AttachPerfEvent(new PerfEventOptions { Type = 99, Cpu = 0 }));
    }

    [KernelFact]
    public void Attaches_to_what_the_section_names()
    {
        using var uprobe = HitCounter.Of("uprobe/libc.so.6:setlocale");
        using var raw = HitCounter.Of("raw_tp/sched_process_exec");
        using (uprobe.Program.Attach())
        using (raw.Program.Attach())
        {
            Command.Run("ls", "/");
        }

        Assert.True(uprobe.Hits > 0 && raw.Hits > 0, $"uprobe {uprobe.Hits}, raw trace point {raw.Hits}");
        using var tc = HitCounter.Of("tc");
        Assert.Contains("Use AttachTc", Assert.Throws<InvalidOperationException>(tc.Program.Attach).Message, StringComparison.Ordinal);
        using Bpf.Programs.BpfProgram unknown = Bpf.Programs.BpfProgram.OpenById(tc.Program.Id)!;
        Assert.Contains("no section", Assert.Throws<InvalidOperationException>(unknown.Attach).Message, StringComparison.Ordinal);
    }
}
