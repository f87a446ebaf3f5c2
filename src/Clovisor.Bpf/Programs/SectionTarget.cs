using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Clovisor.Bpf.Tracing;

namespace Clovisor.Bpf.Programs;

/// <summary>Attaches a program to what its section names, as libbpf does.</summary>
internal static class SectionTarget
{
    /// <summary>Attaches. Throws <see cref="InvalidOperationException"/> when the section names no target.</summary>
    internal static IDisposable Attach(BpfProgram program) =>
        TryFind(program, out Func<IDisposable>? attach, out string? reason) ? attach() : throw new InvalidOperationException(reason);

    /// <summary>How to attach a program to what its section names; false, with the reason, when it names nothing. Attaches nothing yet.</summary>
    internal static bool TryFind(BpfProgram program, [NotNullWhen(true)] out Func<IDisposable>? attach, [NotNullWhen(false)] out string? reason)
    {
        attach = null;
        if (program.Section is not { } section)
        {
            reason = $"{program.Name} was not taken from an object file, so no section says what to attach it to. Use the method for its kind.";
            return false;
        }

        int slash = section.IndexOf('/', StringComparison.Ordinal);
        string kind = (slash < 0 ? section : section[..slash]).TrimStart('?');
        string target = slash < 0 ? "" : section[(slash + 1)..];
        attach = program.Type switch
        {
            BpfProgramType.Tracing when program.ExpectedAttachType == BpfAttachType.TraceIterator => () => program.AttachIterator(),
            BpfProgramType.Tracing or BpfProgramType.Lsm when program.ExpectedAttachType != BpfAttachType.LsmCgroup => () => program.AttachTracing(),
            BpfProgramType.Extension => () => program.AttachExtension(),
            BpfProgramType.RawTracepoint or BpfProgramType.RawTracepointWritable when target.Length > 0 => () => program.AttachRawTracepoint(target),
            BpfProgramType.Tracepoint when target.Contains('/', StringComparison.Ordinal) => () => Tracepoint(program, target),
            BpfProgramType.Kprobe when target.Length > 0 && !kind.Contains('.', StringComparison.Ordinal) => () => Probe(program, kind, target),
            BpfProgramType.SocketLookup => () => program.AttachNetworkNamespace(),
            BpfProgramType.Netfilter => () => program.AttachNetfilter(),
            _ => null,
        };
        reason = attach is null ? $"SEC(\"{section}\") does not say what to attach {program.Name} ({program.Type}) to. {Advice(program.Type)}" : null;
        return attach is not null;
    }

    private static ProbeAttachment Tracepoint(BpfProgram program, string target)
    {
        int slash = target.IndexOf('/', StringComparison.Ordinal);
        return program.AttachTracepoint(target[..slash], target[(slash + 1)..]);
    }

    private static ProbeAttachment Probe(BpfProgram program, string kind, string target)
    {
        bool atReturn = kind.Contains("ret", StringComparison.Ordinal);
        if (kind.StartsWith('k'))
        {
            (string function, long offset) = SplitOffset(target);
            return program.AttachKprobe(function, new ProbeAttachOptions { AtReturn = atReturn, Offset = offset });
        }

        // uprobe/PATH:FUNCTION[+OFFSET], where a function may be an offset.
        int colon = target.LastIndexOf(':');
        if (colon < 0)
        {
            throw new InvalidOperationException($"SEC(\"{program.Section}\") names no function: write {kind}/PATH:FUNCTION.");
        }

        (string name, long added) = SplitOffset(target[(colon + 1)..]);
        UserFunction place = TryParse(name, out long absolute)
            ? new UserFunction(UserFunction.Resolve(target[..colon]), absolute)
            : UserFunction.Find(target[..colon], name);
        return program.AttachUprobe(place, new ProbeAttachOptions { AtReturn = atReturn, Offset = added });
    }

    private static (string Name, long Offset) SplitOffset(string text)
    {
        int plus = text.LastIndexOf('+');
        return plus > 0 && TryParse(text[(plus + 1)..], out long offset) ? (text[..plus], offset) : (text, 0);
    }

    private static bool TryParse(string text, out long number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out number)
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Advice(BpfProgramType type) => type switch
    {
        BpfProgramType.SchedulerClassifier => "Use AttachTc or AttachNetkit with a device.",
        BpfProgramType.Xdp => "Use AttachXdp with a device.",
        BpfProgramType.SocketMessage or BpfProgramType.SocketSkb => "Use AttachSocketMap with a map.",
        BpfProgramType.FlowDissector => "Use AttachNetworkNamespace.",
        BpfProgramType.PerfEvent => "Use AttachPerfEvent with a counter.",
        BpfProgramType.Kprobe => "Use AttachKprobe, AttachUprobe, AttachKprobeMulti or AttachUprobeMulti with functions; for static probes BpfObject.AttachUsdt.",
        BpfProgramType.RawTracepoint or BpfProgramType.Tracepoint => "Use AttachTracepoint or AttachRawTracepoint with a name.",
        BpfProgramType.StructOperations => "Use BpfObject.AttachStructOperations with the map.",
        BpfProgramType.Syscall => "It is not attached but run: TestRunSyscall.",
        _ => "Use AttachCgroup with a control group, or BpfLink.Create.",
    };
}
