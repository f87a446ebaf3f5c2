namespace Clovisor.Bpf.Btf;

public sealed partial class BtfTypeTable
{
    private const string KernelDirectory = "/sys/kernel/btf";
    private const string KernelFile = "vmlinux";

    /// <summary>The names of the loaded kernel modules that have BTF.</summary>
    /// <remarks>Empty on a kernel without <c>CONFIG_DEBUG_INFO_BTF_MODULES</c> (from Linux 5.11), or with nothing loaded that has BTF.</remarks>
    public static IReadOnlyList<string> KernelModules => Directory.Exists(KernelDirectory)
        ? [.. Directory.EnumerateFiles(KernelDirectory).Select(static path => Path.GetFileName(path)).Where(static name => name != KernelFile).OrderBy(static name => name, StringComparer.Ordinal)]
        : [];

    /// <summary>Reads the types of the running kernel, some hundred thousand; takes about a tenth of a second and twice the blob's 5 to 10 MB. Keep it.</summary>
    /// <exception cref="BpfNotSupportedException">The kernel has none: it was built without <c>CONFIG_DEBUG_INFO_BTF</c> (from Linux 5.2).</exception>
    public static BtfTypeTable OpenKernel()
    {
        string path = Path.Combine(KernelDirectory, KernelFile);
        return File.Exists(path)
            ? Parse(File.ReadAllBytes(path))
            : throw new BpfNotSupportedException("read", path, Interop.Errno.ENOENT, "The kernel was built without CONFIG_DEBUG_INFO_BTF.");
    }

    /// <summary>Reads the types that a kernel module adds to the kernel's.</summary>
    /// <param name="module">A name out of <see cref="KernelModules"/>.</param>
    /// <param name="kernel">The kernel's own, from <see cref="OpenKernel"/>.</param>
    /// <exception cref="FileNotFoundException">The module is not loaded or has no BTF.</exception>
    /// <exception cref="FormatException">The BTF was not made for this kernel.</exception>
    public static BtfTypeTable OpenKernelModule(string module, BtfTypeTable kernel)
    {
        ArgumentException.ThrowIfNullOrEmpty(module);
        if (module.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"{module} is no name of a module.", nameof(module));
        }

        string path = Path.Combine(KernelDirectory, module);
        return File.Exists(path)
            ? ParseSplit(File.ReadAllBytes(path), kernel)
            : throw new FileNotFoundException($"{path} does not exist: the module {module} is not loaded, or was built without BTF.", path);
    }
}
