namespace Clovisor.Bpf;

/// <summary>The process lacks a capability that the operation needs, or a frozen or read-only object was written to.</summary>
public sealed class BpfPermissionException : BpfException
{
    /// <inheritdoc cref="BpfException(string, string, int, string?)"/>
    public BpfPermissionException(string operation, string target, int errno, string? hint = null)
        : base(operation, target, errno, hint)
    {
    }
}
