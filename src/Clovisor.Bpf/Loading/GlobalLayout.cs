using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Loading;

/// <summary>Typed looks at the bytes of global variables, before loading and after.</summary>
internal static class GlobalLayout
{
    /// <exception cref="ArgumentException">The type is larger than the section.</exception>
    internal static ref T As<T>(Span<byte> bytes, string section)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > bytes.Length)
        {
            throw new ArgumentException($"Section {section} has {bytes.Length} bytes, {typeof(T).Name} has {Unsafe.SizeOf<T>()}.");
        }

        return ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(bytes));
    }

    internal static KeyNotFoundException Missing(string objectName, string name, IReadOnlyList<BpfGlobalDefinition> known) =>
        new($"{objectName} has no global {name}. It has: {(known.Count == 0 ? "none" : string.Join(", ", known.Select(static global => global.Name)))}. "
            + $"Declare it outside of functions, for example: const volatile … {name} = 0;");
}
