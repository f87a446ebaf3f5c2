namespace Clovisor.Testing;

/// <summary>What kernel tests need. Anything else that is missing is a failure and no reason to skip.</summary>
internal static class KernelRequirements
{
    internal static string? Missing { get; } =
        !Environment.IsPrivilegedProcess ? "needs root: kernel tests load programs and make network namespaces"
        : !File.Exists("/sys/kernel/btf/vmlinux") ? "needs a kernel with BTF: /sys/kernel/btf/vmlinux does not exist"
        : null;
}
