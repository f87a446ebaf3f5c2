using Clovisor.Bpf.Verification;

namespace Clovisor.Bpf;

/// <summary>The kernel's verifier rejected a program. Nothing of the object is loaded; its file can be changed and loaded again.</summary>
public sealed class BpfVerifierException : BpfException
{
    /// <summary>Makes an exception from the verifier's log.</summary>
    /// <param name="program">The rejected program.</param>
    /// <param name="objectName">The object that holds it.</param>
    /// <param name="errno">The positive Linux error number.</param>
    /// <param name="log">The whole log of the verifier.</param>
    public BpfVerifierException(string program, string objectName, int errno, string log)
        : this(program, objectName, errno, log, BpfVerifierReport.Parse(log))
    {
    }

    private BpfVerifierException(string program, string objectName, int errno, string log, BpfVerifierReport report)
        : base("load program", $"{program} of {objectName}", errno, $"The verifier says: {report}", VerifierLog.Tail(log))
    {
        Program = program;
        Log = log;
        Report = report;
    }

    /// <summary>The rejected program.</summary>
    public string Program { get; }

    /// <summary>The whole log of the verifier, one instruction or remark a line. Logs over 16 MB keep their beginning alone.</summary>
    public string Log { get; }

    /// <summary>The line of <see cref="Log"/> that states the reason.</summary>
    public string Summary => Report.Reason;

    /// <summary>The log taken apart: reason, instruction, line of C, advice.</summary>
    public BpfVerifierReport Report { get; }
}
