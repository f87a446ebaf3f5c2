using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The proxy at the edge: the sidecar of this executable, or Envoy.</summary>
internal interface IDemoProxy
{
    /// <summary>Starts it, and what stands between it and the server.</summary>
    Task<IReadOnlyList<LabProcess>> StartAsync(LabNames names, CancellationToken cancellationToken);

    /// <summary>The files of the rules have changed.</summary>
    Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken);
}
