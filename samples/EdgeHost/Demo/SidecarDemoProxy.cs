using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The sidecar of this executable.</summary>
internal sealed class SidecarDemoProxy(DemoSettings settings) : IDemoProxy
{
    public async Task<IReadOnlyList<LabProcess>> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        LabProcess sidecar = LabProcess.Start(
            names, names.Edge, "sidecar",
            SelfCommand.For(
                "sidecar",
                "--listen", $"{LabAddresses.EdgeLan}:{LabAddresses.SidecarPort}={LabAddresses.ServiceV4}:{LabAddresses.ServicePort}",
                "--listen", $"{LabAddresses.EdgeLan}:{LabAddresses.SidecarPortV6}=[{LabAddresses.ServiceV6}]:{LabAddresses.ServicePort}",
                "--mode", settings.ModeName, "--agent", names.AgentSocket, "--config", names.ConfigDirectory, "--namespace", "app", "--lifetime", "1s"));
        await sidecar.WaitForLineAsync(RoleServer.ReadyLine, TimeSpan.FromSeconds(20), cancellationToken).ConfigureAwait(false);
        return [sidecar];
    }

    /// <summary>It finds out by itself.</summary>
    public Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken) => Task.CompletedTask;
}
