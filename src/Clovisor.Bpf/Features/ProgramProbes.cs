using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Verification;

namespace Clovisor.Bpf.Features;

/// <summary>Program types and helpers.</summary>
internal static class ProgramProbes
{
    // How kernels say that a helper is not for this type: since 6.9, before, and for numbers beyond their list.
    private static readonly string[] Refusals = ["program of this type cannot use helper", "unknown func ", "invalid func "];

    internal static BpfProbeResult Type(BpfProgramType type)
    {
        using BpfHandle? program = ProgramAttempt.Load(type, null, ProgramAttempt.ReturnZero, out int errno, out string log);
        if (program is not null)
        {
            return ProbeAnswers.Yes("A program of this type was loaded.");
        }

        // The type is looked up before the verifier starts, so whatever the verifier says the type is known.
        return log.Length > 0
            ? ProbeAnswers.Yes($"The verifier looked at a program of this type: {BpfVerifierReport.Parse(log).Reason}")
            : ProbeAnswers.FromErrno("Loading a program of this type", errno, ProgramAttempt.Control);
    }

    internal static BpfProbeResult Helper(BpfProgramType type, BpfHelper helper)
    {
        if (ProgramAttempt.NeedsTarget(type))
        {
            return ProbeAnswers.Unknown($"Which helpers a program of type {type} may call depends on the function that it is loaded for.");
        }

        BpfInstruction[] code = new BpfAssembler().Call(helper).Move(BpfRegister.R0, 0).Exit().ToArray();
        using BpfHandle? program = ProgramAttempt.Load(type, null, code, out int errno, out string log);
        if (program is not null)
        {
            return ProbeAnswers.Yes("A program that calls it was loaded.");
        }

        if (log.Length == 0)
        {
            return Type(type) is { Answer: BpfSupport.Unsupported } none
                ? none with { Reason = $"The kernel has no programs of this type. {none.Reason}" }
                : ProbeAnswers.Unknown($"Loading a program that calls it gave {Errno.NameOf(errno)}, before the verifier.");
        }

        string reason = BpfVerifierReport.Parse(log).Reason;
        return Array.Exists(Refusals, phrase => log.Contains(phrase, StringComparison.Ordinal))
            ? ProbeAnswers.No($"The verifier says: {reason}")
            : ProbeAnswers.Yes($"The verifier got as far as its arguments: {reason}");
    }
}
