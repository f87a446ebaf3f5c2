namespace Clovisor.Bpf;

/// <summary>The running kernel, or the installed libbpf, does not offer what was asked for.</summary>
public sealed class BpfNotSupportedException : BpfException
{
    /// <inheritdoc cref="BpfException(string, string, int, string?)"/>
    public BpfNotSupportedException(string operation, string target, int errno, string? hint = null)
        : base(operation, target, errno, hint)
    {
    }
}
