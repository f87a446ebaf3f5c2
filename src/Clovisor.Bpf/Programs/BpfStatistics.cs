using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Programs;

/// <summary>While one lives, the kernel measures how often and how long programs run: <see cref="BpfProgramInfo.RunCount"/>, <see cref="BpfProgramInfo.RunTime"/>.</summary>
/// <remarks>It counts for all programs of the machine and costs each run some tens of nanoseconds. Disposing ends it, unless somebody else measures as well. Safe to use from any thread.</remarks>
public sealed class BpfStatistics : IDisposable
{
    private const uint RunTime = 0;
    private readonly BpfHandle _handle;

    private BpfStatistics(BpfHandle handle) => _handle = handle;

    /// <summary>Begins to measure. Needs CAP_SYS_ADMIN. From Linux 5.8.</summary>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing.</exception>
    /// <exception cref="BpfException">The kernel is older; <c>sysctl kernel.bpf_stats_enabled=1</c> measures from 5.1 on.</exception>
    public static BpfStatistics Enable()
    {
        var attributes = new EnableStatisticsAttributes { Type = RunTime };
        int result = BpfSyscall.Call(BpfCommand.EnableStatistics, ref attributes);
        return result >= 0
            ? new BpfStatistics(new BpfHandle(result))
            : throw BpfErrors.Create("measure", "the run time of programs", -result, result == -Errno.EINVAL ? "The kernel is older than 5.8: sysctl kernel.bpf_stats_enabled=1 does it from 5.1 on." : null);
    }

    /// <summary>Ends measuring, unless somebody else measures as well.</summary>
    public void Dispose() => _handle.Dispose();
}
