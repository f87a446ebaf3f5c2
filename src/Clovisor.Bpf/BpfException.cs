using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf;

/// <summary>The kernel or libbpf refused an operation.</summary>
/// <remarks>
/// Outcomes fall into three classes. An ordinary answer is a value: <c>TryGetValue</c> is false for a key that is not there, and for
/// nothing else. A refusal by the kernel is this exception or one of its subclasses; unless a member says otherwise nothing was
/// changed. A mistake of the caller is an <see cref="ArgumentException"/>, <see cref="InvalidOperationException"/> or
/// <see cref="ObjectDisposedException"/>, thrown before the kernel is asked.
/// </remarks>
public class BpfException : Exception
{
    /// <summary>Makes an exception for a refused operation.</summary>
    /// <param name="operation">What was tried, as a verb: <c>load program</c>.</param>
    /// <param name="target">On what: <c>clv_wan_egress of wan.bpf.o</c>.</param>
    /// <param name="errno">The positive Linux error number.</param>
    /// <param name="hint">The likely cause and what to do; null when the error says enough.</param>
    public BpfException(string operation, string target, int errno, string? hint = null)
        : this(operation, target, errno, hint, detail: null)
    {
    }

    private protected BpfException(string operation, string target, int errno, string? hint, string? detail)
        : base(Describe(operation, target, errno, hint, detail))
    {
        Operation = operation;
        Target = target;
        Errno = errno;
        Hint = hint;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>What it was tried on: a name, a path, an interface.</summary>
    public string Target { get; }

    /// <summary>The positive Linux error number; 0 when this library refused before asking the kernel.</summary>
    public int Errno { get; }

    /// <summary>The symbolic name of <see cref="Errno"/>, for example <c>EPERM</c>; empty when that is 0, <c>errno</c> when unknown.</summary>
    public string ErrnoName => Errno == 0 ? "" : Interop.Errno.NameOf(Errno);

    /// <summary>The likely cause and what to do; null when nothing can be added to the error.</summary>
    public string? Hint { get; }

    private static string Describe(string operation, string target, int errno, string? hint, string? detail)
    {
        string reason = errno == 0
            ? ""
            : $": {Interop.Errno.TextOf(errno)} ({Interop.Errno.NameOf(errno)}, {errno})";
        string ending = string.IsNullOrEmpty(hint) ? "" : $". {hint}";
        string lines = string.IsNullOrEmpty(detail) ? "" : $"{Environment.NewLine}{detail}";
        return $"{operation} {target}{reason}{ending}{lines}";
    }
}
