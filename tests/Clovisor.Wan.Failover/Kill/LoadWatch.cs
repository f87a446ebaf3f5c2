using Clovisor.Bpf.Programs;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>
/// Waits until another process has loaded the datapath's programs. Nearly all of an upgrade is loading, which changes nothing: what
/// matters is killed only by points that are counted from its end.
/// </summary>
internal sealed class LoadWatch
{
    // The last of the object.
    private const string Last = "clv_ingress";
    private uint _seen = BpfProgram.EnumerateIds().DefaultIfEmpty().Max();

    /// <returns>False when the process has ended, or has not come so far in a minute.</returns>
    public bool Wait(LabProcess loading)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (Environment.TickCount64 < deadline && !loading.HasExited)
        {
            foreach (uint id in BpfProgram.EnumerateIds().Where(id => id > _seen))
            {
                _seen = id;
                using BpfProgram? program = BpfProgram.OpenById(id);
                if (program?.Name == Last)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
