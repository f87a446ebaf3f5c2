using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class ObjectLifecycleTests
{
    [KernelFact]
    public void Loads_a_program_runs_it_and_reads_its_maps_back()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        using BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");
        lengths[60] = 41;

        BpfTestRunResult result = program.TestRun(TestPrograms.Frame(), []);

        Assert.Equal(-1, result.ReturnCode);
        Assert.Equal(42UL, lengths[60]);
    }

    [KernelFact]
    public void Attaches_by_tcx_and_detaches_on_dispose()
    {
        using var space = new NetworkNamespace();
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        using BpfPerCpuArrayMap<ulong> seen = loaded.PerCpuArrayMap<ulong>("percpu");
        space.Run(() =>
        {
            using TcAttachment attachment = TcAttachment.Attach(program, 1, TcDirection.Ingress);
            Assert.Equal(TcAttachmentKind.Tcx, attachment.Kind);
            Command.Run("ping", "-c", "1", "-W", "1", "127.0.0.1");
        });
        Assert.Equal(2UL, seen.Sum(0));
        space.Run(() => Command.Run("ping", "-c", "1", "-W", "1", "127.0.0.1"));
        Assert.Equal(2UL, seen.Sum(0));
    }
}
