using Clovisor.Bpf.Testing;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Which kernel a contract test runs on.</summary>
public enum KernelUnderTest
{
    Fake,
    Real,
}

internal static class KernelUnderTestExtensions
{
    /// <summary>The fake, and the running kernel where this process may use it.</summary>
    internal static KernelUnderTest[] Usable =>
        Environment.IsPrivilegedProcess ? [KernelUnderTest.Fake, KernelUnderTest.Real] : [KernelUnderTest.Fake];

    /// <summary>Makes it the kernel of the test. At the end nothing may be left open.</summary>
    internal static IDisposable Enter(this KernelUnderTest kernel) => kernel == KernelUnderTest.Fake ? new FakeScope() : new RealScope();

    private sealed class FakeScope : IDisposable
    {
        private readonly FakeBpfKernel _kernel = new();
        private readonly IDisposable _scope;

        internal FakeScope() => _scope = _kernel.Enter();

        public void Dispose()
        {
            int open = _kernel.OpenDescriptors;
            _scope.Dispose();
            _kernel.Dispose();
            Assert.Equal(0, open);
        }
    }

    private sealed class RealScope : IDisposable
    {
        private readonly int _before = OpenDescriptors.CountBpf();

        public void Dispose() => Assert.InRange(OpenDescriptors.CountBpf(), 0, _before);
    }
}
