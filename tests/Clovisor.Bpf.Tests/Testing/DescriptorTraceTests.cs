using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing;

namespace Clovisor.Bpf.Tests.Testing;

/// <summary>The trace of open descriptors, and handles that nobody disposes.</summary>
public sealed class DescriptorTraceTests : IDisposable
{
    private readonly FakeBpfKernel _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void An_open_descriptor_is_listed_with_the_place_until_it_is_disposed()
    {
        using (_kernel.Enter())
        {
            BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
            Assert.Contains(nameof(An_open_descriptor_is_listed_with_the_place_until_it_is_disposed), Assert.Single(Mine()).OpenedAt, StringComparison.Ordinal);
            map.Dispose();
        }

        Assert.Empty(Mine());
    }

    [Fact]
    public void One_that_the_collector_closed_is_told_as_lost()
    {
        Drop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(Assert.Single(Mine()).IsLost);
        Assert.Equal(0, _kernel.OpenDescriptors);
        BpfDescriptorTrace.ForgetLost();
        Assert.Empty(Mine());
    }

    [Fact]
    public void A_finalizer_does_not_throw_though_its_kernel_is_gone()
    {
        Drop();
        _kernel.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        BpfDescriptorTrace.ForgetLost();
        Assert.Empty(Mine());
    }

    [Fact]
    public void One_that_is_kept_for_the_process_is_no_leak()
    {
        using IDisposable scope = _kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        using BpfHandle kept = map.Handle.Duplicate("it").KeepForProcess();
        Assert.Single(Mine());
    }

    [Fact]
    public void A_failed_wrapper_leaves_nothing_open()
    {
        using IDisposable scope = _kernel.Enter();
        _kernel.Fail(BpfCommand.ObjectGetInfoByDescriptor, 14);
        Assert.Throws<BpfException>(static () => BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4));
        Assert.Empty(Mine());
    }

    [Fact]
    public void Switched_off_it_remembers_nothing()
    {
        BpfDescriptorTrace.IsEnabled = false;
        try
        {
            using IDisposable scope = _kernel.Enter();
            using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
            Assert.Empty(Mine());
        }
        finally
        {
            BpfDescriptorTrace.IsEnabled = true;
        }
    }

    private static BpfOpenDescriptor[] Mine() =>
        [.. BpfDescriptorTrace.Snapshot().Where(static open => open.OpenedAt.Contains(nameof(DescriptorTraceTests), StringComparison.Ordinal))];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Drop()
    {
        using IDisposable scope = _kernel.Enter();
        _ = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4).Id;
    }
}
