using System.Reflection;

namespace Clovisor.Bpf;

public sealed partial class BpfObjectFile
{
    /// <summary>Reads an object that is embedded in an assembly, as MSBuild's <c>BpfProgram</c> embeds it.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="resource">The resource's name: <c>count.bpf.o</c> for <c>count.bpf.c</c>. It is the object's name too.</param>
    /// <param name="options">How to load it; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">The assembly has no such resource; the message lists the objects it has.</exception>
    /// <exception cref="BpfException">It is not a BPF object.</exception>
    /// <exception cref="BpfNotSupportedException">libbpf is missing or too old; the message says what to install.</exception>
    public static BpfObjectFile OpenResource(Assembly assembly, string resource, BpfObjectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentException.ThrowIfNullOrEmpty(resource);
        using Stream stream = assembly.GetManifestResourceStream(resource) ?? throw new FileNotFoundException(
            $"{assembly.GetName().Name} has no resource {resource}. Its objects are: {string.Join(", ", assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".o", StringComparison.Ordinal)))}.",
            resource);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Open(bytes, resource, options);
    }
}
