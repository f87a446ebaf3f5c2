using System.Reflection;
using Clovisor.Bpf.Testing;
using Xunit.v3;

namespace Clovisor.Bpf.Tests;

/// <summary>Fails a test that leaves descriptors open which it has opened, and says where. What a class opens in its constructor it may close later.</summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NoDescriptorLeaksAttribute : BeforeAfterTestAttribute
{
    private static readonly AsyncLocal<long> Last = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        IReadOnlyList<BpfOpenDescriptor> open = BpfDescriptorTrace.Snapshot();
        Last.Value = open.Count == 0 ? -1 : open[^1].Order;
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        BpfOpenDescriptor[] left = [.. BpfDescriptorTrace.Snapshot().Where(static open => open.Order > Last.Value)];
        BpfDescriptorTrace.ForgetLost();
        if (left.Length > 0)
        {
            Assert.Fail($"{left.Length} descriptors were left open, the first of them here:{Environment.NewLine}{left[0].OpenedAt}");
        }
    }
}
