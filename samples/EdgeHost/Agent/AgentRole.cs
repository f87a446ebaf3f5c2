using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Agent;

/// <summary>The Clovisor host.</summary>
internal static class AgentRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--config", "FOLDER", "the YAML of links, associations and route rules; read again when it changes") { Required = true },
        new("--socket", "PATH", "the unix socket of the session API", "/run/clovisor/clovisor.sock"),
        new("--namespace", "NAME", "the Kubernetes namespace of the proxy", "default"),
        new("--pin", "FOLDER", "where maps and programs are pinned; on a BPF file system", "/sys/fs/bpf/clovisor"),
    ];

    public static Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken) =>
        throw new EdgeHostException("cannot start the agent", "Clovisor.Hosting is not part of this build yet", "Use a build that has it");
}
