using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>The control group that the proxies run in, at a place that can be seen from the lab's namespaces, whose /sys is their own. Removed with everything.</summary>
internal sealed class CgroupMount : IAsyncDisposable
{
    private const string Root = "/run/clovisor-envoy-report-cgroup";
    private const string Group = Root + "/clovisor-envoy-report";

    public string Path => Group;

    public static async Task<CgroupMount> CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Root);
        await Tool.RunAsync("mount", ["-t", "cgroup2", "clovisor-lab", Root], null, cancellationToken).ConfigureAwait(false);
        CgroupMount mount = new();
        Directory.CreateDirectory(Group);
        return mount;
    }

    /// <summary>The command, run in the group.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) => ["sh", "-ec", $"echo $$ > {Group}/cgroup.procs; exec \"$@\"", "sh", .. command];

    public async ValueTask DisposeAsync()
    {
        // A process that was killed leaves its group a moment after it is gone.
        for (int attempt = 0; attempt < 50 && Directory.Exists(Group); attempt++)
        {
            try
            {
                Directory.Delete(Group);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System).ConfigureAwait(false);
            }
        }

        await Tool.RunAsync("umount", [Root]).ConfigureAwait(false);
        Directory.Delete(Root);
    }
}
