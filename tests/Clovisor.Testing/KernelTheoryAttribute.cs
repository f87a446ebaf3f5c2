using System.Runtime.CompilerServices;
using Xunit;

namespace Clovisor.Testing;

/// <summary>A theory that talks to the kernel. Skipped, with the reason, where it cannot: without root or without BTF.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = KernelRequirements.Missing;
}
