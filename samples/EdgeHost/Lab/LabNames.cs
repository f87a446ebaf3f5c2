namespace Clovisor.EdgeHost.Lab;

/// <summary>Every name that a lab puts into the system. Nothing outside these names is made, changed or removed.</summary>
/// <param name="Prefix">Of the namespaces: <c>clv</c> gives <c>clv-app</c>, <c>clv-edge</c>, <c>clv-cloud</c>.</param>
/// <param name="RunDirectory">Sockets, configuration, process ids, logs and the BPF file system of the lab.</param>
internal sealed record LabNames(string Prefix, string RunDirectory)
{
    /// <summary>Set in the environment of every process of a lab, to <see cref="RunDirectory"/>: how a process is known as ours.</summary>
    public const string Variable = "CLOVISOR_LAB";

    public static LabNames Demo { get; } = new("clv", "/run/clovisor-demo");

    public string App => $"{Prefix}-app";

    public string Edge => $"{Prefix}-edge";

    public string Cloud => $"{Prefix}-cloud";

    public IReadOnlyList<string> Namespaces => [App, Edge, Cloud];

    public string ConfigDirectory => Path.Combine(RunDirectory, "config");

    public string LogDirectory => Path.Combine(RunDirectory, "log");

    public string ProcessDirectory => Path.Combine(RunDirectory, "pid");

    public string BpfDirectory => Path.Combine(RunDirectory, "bpf");

    public string AgentSocket => Path.Combine(RunDirectory, "agent.sock");

    public string CloudSocket => Path.Combine(RunDirectory, "cloud.sock");

    public string LockFile => Path.Combine(RunDirectory, "lock");
}
