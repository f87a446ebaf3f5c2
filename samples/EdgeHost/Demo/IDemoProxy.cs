using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The proxy at the edge: the sidecar of this executable, or Envoy.</summary>
internal interface IDemoProxy
{
    Task<LabProcess> StartAsync(LabNames names, CancellationToken cancellationToken);

    /// <summary>The files of the rules have changed.</summary>
    Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken);
}
