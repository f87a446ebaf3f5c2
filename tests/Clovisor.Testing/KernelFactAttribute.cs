using System.Runtime.CompilerServices;
using Xunit;

namespace Clovisor.Testing;

/// <summary>A test that talks to the kernel. Skipped, with the reason, where it cannot: without root or without BTF.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = KernelRequirements.Missing;
}
