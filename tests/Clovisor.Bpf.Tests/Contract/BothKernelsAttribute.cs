using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Runs a theory on the fake kernel, and on the running one where that can be used.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothKernelsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
        [
            new TheoryDataRow<KernelUnderTest>(KernelUnderTest.Fake),
            new TheoryDataRow<KernelUnderTest>(KernelUnderTest.Real) { Skip = Environment.IsPrivilegedProcess ? null : "needs root" },
        ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
