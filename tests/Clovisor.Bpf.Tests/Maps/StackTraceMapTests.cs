using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class StackTraceMapTests
{
    private const string Source = """
        struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(key_size, 4); __uint(value_size, 32 * 8); __uint(max_entries, 64); } traces SEC(".maps");
        int last = -1;
        SEC("raw_tp/sys_enter") int take(void *ctx)
        {
            last = bpf_get_stackid(ctx, &traces, 0);
            return 0;
        }
        """;

    [KernelFact]
    public void Reads_lists_and_removes_the_traces_that_a_program_took()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram program = loaded.Program("take");
        using BpfStackTraceMap traces = loaded.Map<BpfStackTraceMap>("traces");
        Assert.Equal(32, traces.MaxDepth);
        Run(program);
        int id = loaded.Global<int>("last");
        Assert.True(id >= 0, $"bpf_get_stackid gave {id}");
        var addresses = new ulong[traces.MaxDepth];
        Assert.True(traces.TryRead((uint)id, addresses, out int depth));
        Assert.InRange(depth, 1, 32);
        Assert.All(addresses[..depth], static address => Assert.NotEqual(0UL, address));
        Assert.Equal([(uint)id], traces.Ids());
        Assert.True(traces.Remove((uint)id));
        Assert.False(traces.TryRead((uint)id, addresses, out depth));
        Assert.Equal(0, depth);
        Assert.Throws<ArgumentException>(() => traces.TryRead(0, new ulong[31], out _));
    }

    // Programs of this type run without a packet, and the kernel refuses a repetition count.
    private static void Run(BpfProgram program)
    {
        using Bpf.Interop.Handles.BpfHandle.FdLease lease = program.Handle.Lease();
        var attributes = new Bpf.Interop.TestRunAttributes { ProgramDescriptor = (uint)lease.Descriptor };
        Assert.Equal(0, Bpf.Interop.BpfSyscall.Call(BpfCommand.ProgramTestRun, ref attributes));
    }
}
