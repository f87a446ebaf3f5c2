using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>What a connection moved over one device, and whose requests it carried: one user, unless the proxy mixed them up.</summary>
internal sealed record UserFlow(IReadOnlyList<string> Users, FlowBytes Bytes);
