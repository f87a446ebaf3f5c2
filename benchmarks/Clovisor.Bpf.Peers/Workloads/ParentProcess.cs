using Clovisor.Bpf.Peers.Interop;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>The control: the cheapest system call, by the way every native call takes.</summary>
internal sealed class ParentProcess : Workload
{
    private long _sum;

    internal override int Length => 200;

    internal override int Run(int position)
    {
        long sum = 0;
        for (int i = 0; i < Chunk; i++)
        {
            sum += Posix.getppid();
        }

        _sum += sum;
        return Chunk;
    }

    internal override void Verify() => Require(_sum > 0, "there is no parent");
}
