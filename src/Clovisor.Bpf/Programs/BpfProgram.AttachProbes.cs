using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Tracing;

namespace Clovisor.Bpf.Programs;

// Attaching to perf events: trace points, kprobes, uprobes, counters.
public sealed partial class BpfProgram
{
    private const int AnyProcess = -1;
    private const int AnyCpu = -1;

    /// <summary>Attaches the program to a trace point, with its arguments as tracefs describes them. Needs tracefs, CAP_PERFMON and CAP_BPF, or root. From Linux 4.7.</summary>
    /// <param name="category">The category: <c>syscalls</c>.</param>
    /// <param name="name">The event: <c>sys_enter_openat</c>.</param>
    /// <param name="options">The cookie and the process; null for the defaults.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">There is no such event, tracefs is not mounted, or the kernel refused otherwise.</exception>
    public ProbeAttachment AttachTracepoint(string category, string name, ProbeAttachOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequireType("a trace point", BpfProgramType.Tracepoint);
        options ??= new ProbeAttachOptions();
        uint id = TraceFileSystem.ReadEventId(category, name, $"attach {Name} to trace point");
        return AttachEvent(new PerfEventAttributes { Type = PerfEvents.TypeTracepoint, Config = id, SamplePeriod = 1, WakeupEvents = 1 }, options, null, $"trace point {category}/{name}");
    }

    /// <summary>
    /// Attaches the program to a kernel function by a breakpoint. Prefer fentry, which costs less, where the kernel has it. Needs CAP_PERFMON and CAP_BPF, or root.
    /// From Linux 4.1; by tracefs before 4.17.
    /// </summary>
    /// <param name="function">The function, as <c>/proc/kallsyms</c> names it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">The program is of another type, or an offset was given for the return.</exception>
    /// <exception cref="BpfException">There is no such function, or the kernel has no kprobes.</exception>
    public unsafe ProbeAttachment AttachKprobe(string function, ProbeAttachOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        options = RequireProbe("a kprobe", options);
        string target = $"kernel function {function}{(options.Offset == 0 ? "" : $"+{options.Offset}")}";
        if (ProbeUnit.Find("kprobe") is not { } unit)
        {
            return AttachLegacy("kprobe", $"{function}+0x{options.Offset:x}", options, target);
        }

        fixed (byte* name = NativeText.ToUtf8(function))
        {
            var attributes = new PerfEventAttributes
            {
                Type = unit.Type,
                Config = options.AtReturn ? 1UL << unit.ReturnBit : 0,
                Config1 = (ulong)name,
                Config2 = (ulong)options.Offset,
            };
            return AttachEvent(attributes, options, null, target);
        }
    }

    /// <summary>
    /// Attaches the program to a function of a program or library by a breakpoint: every process that runs the file, also those started later, is probed. Needs CAP_PERFMON
    /// and CAP_BPF, or root. From Linux 4.3; by tracefs before 4.17.
    /// </summary>
    /// <param name="function">The place; <see cref="UserFunction.Find"/> finds it by name.</param>
    /// <param name="options">How; null for the defaults. <see cref="ProbeAttachOptions.Offset"/> is added to the place.</param>
    /// <exception cref="ArgumentException">The program is of another type, or an offset was given for the return.</exception>
    /// <exception cref="BpfException">The file or place cannot be probed, or the kernel has no uprobes.</exception>
    public unsafe ProbeAttachment AttachUprobe(UserFunction function, ProbeAttachOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(function.Path, nameof(function));
        options = RequireProbe("a uprobe", options);
        long offset = function.Offset + options.Offset;
        string target = $"user function {function.Path}:0x{offset:x}";
        if (ProbeUnit.Find("uprobe") is not { } unit)
        {
            string counter = options.ReferenceCounterOffset == 0 ? "" : $"(0x{options.ReferenceCounterOffset:x})";
            return AttachLegacy("uprobe", $"{function.Path}:0x{offset:x}{counter}", options, target);
        }

        fixed (byte* path = NativeText.ToUtf8(function.Path))
        {
            var attributes = new PerfEventAttributes
            {
                Type = unit.Type,
                Config = (options.AtReturn ? 1UL << unit.ReturnBit : 0) | (ulong)options.ReferenceCounterOffset << 32,
                Config1 = (ulong)path,
                Config2 = (ulong)offset,
            };
            return AttachEvent(attributes, options, null, target);
        }
    }

    /// <summary>Attaches the program to a counter: it runs every so many events. Needs CAP_PERFMON and CAP_BPF, or root. From Linux 4.9.</summary>
    /// <param name="options">Which counter, of whom, how often.</param>
    /// <exception cref="ArgumentException">The program is of another type, or neither process nor CPU is given.</exception>
    /// <exception cref="BpfException">The machine has no such counter, or the kernel refused otherwise.</exception>
    public ProbeAttachment AttachPerfEvent(PerfEventOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireType("a counter", BpfProgramType.PerfEvent);
        if (options.ProcessId == 0 && options.Cpu is null)
        {
            throw new ArgumentException("A counter is that of a process, of a CPU, or of a process on a CPU: give ProcessId or Cpu.", nameof(options));
        }

        var attributes = new PerfEventAttributes
        {
            Type = options.Type,
            Config = options.Config,
            SamplePeriod = options.Period == 0 ? options.Frequency : options.Period,
            Flags = options.Period == 0 ? PerfEventAttributes.UseFrequency : 0,
        };
        string target = $"counter {options.Config} of kind {options.Type}";
        int descriptor = PerfEvents.Open(ref attributes, options.ProcessId == 0 ? AnyProcess : options.ProcessId, options.Cpu ?? AnyCpu);
        return descriptor < 0
            ? throw ProbeAttachment.Refusal(this, target, -descriptor)
            : ProbeAttachment.Attach(this, new BpfHandle(descriptor), options.Cookie, null, target);
    }

    private ProbeAttachOptions RequireProbe(string target, ProbeAttachOptions? options)
    {
        RequireType(target, BpfProgramType.Kprobe);
        options ??= new ProbeAttachOptions();
        return options is { AtReturn: true, Offset: not 0 }
            ? throw new ArgumentException("A function has one return: Offset must be 0 with AtReturn.", nameof(options))
            : options;
    }

    private ProbeAttachment AttachLegacy(string unit, string location, ProbeAttachOptions options, string target)
    {
        LegacyProbe probe = LegacyProbe.Create(unit, location, options.AtReturn, $"attach {Name} to {unit}");
        return AttachEvent(
            new PerfEventAttributes { Type = PerfEvents.TypeTracepoint, Config = probe.EventId, SamplePeriod = 1, WakeupEvents = 1 }, options, probe, target);
    }

    // An event of all processes is opened on one CPU: trace points and probes count on all of them even so.
    private ProbeAttachment AttachEvent(PerfEventAttributes attributes, ProbeAttachOptions options, LegacyProbe? probe, string target)
    {
        int descriptor = PerfEvents.Open(ref attributes, options.ProcessId == 0 ? AnyProcess : options.ProcessId, options.ProcessId == 0 ? 0 : AnyCpu);
        if (descriptor < 0)
        {
            probe?.Dispose();
            throw ProbeAttachment.Refusal(this, target, -descriptor);
        }

        return ProbeAttachment.Attach(this, new BpfHandle(descriptor), options.Cookie, probe, target);
    }
}
