using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Agent;

/// <summary>A lab of its own names with the shipped configuration and the built program as its agent.</summary>
internal sealed class AgentLab : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly EdgeLab _lab;
    private readonly LabProcess _agent;

    private AgentLab(EdgeLab lab, LabProcess agent)
    {
        _lab = lab;
        _agent = agent;
        Client = new AgentClient(lab.Names.AgentSocket);
    }

    internal static string Executable => Path.Combine(AppContext.BaseDirectory, "EdgeHost");

    internal LabNames Names => _lab.Names;

    internal LinkFaults Faults => _lab.Faults;

    internal AgentClient Client { get; }

    internal string PinDirectory => PinsOf(_lab.Names);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="role">What it is started as.</param>
    /// <param name="edit">Changes the configuration before the start.</param>
    /// <param name="options">Further options of the agent.</param>
    internal static Task<AgentLab> StartAsync(string role = "agent", Action<string>? edit = null, params string[] options) => StartAsync(role, edit, null, [], options);

    /// <summary>The same with what is to be there before it starts, and variables of its environment, <c>NAME=value</c>.</summary>
    internal static async Task<AgentLab> StartAsync(string role, Action<string>? edit, Func<LabNames, Task>? prepare, IReadOnlyList<string> environment, params string[] options)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        string name = $"clvt-{Environment.ProcessId:x}{Random.Shared.Next(0x1000):x}";
        EdgeLab lab = await EdgeLab.CreateAsync(new LabNames(name, $"/run/{name}"), token);
        try
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "config"), "*.yaml"))
            {
                File.Copy(file, Path.Combine(lab.Names.ConfigDirectory, Path.GetFileName(file)));
            }

            edit?.Invoke(lab.Names.ConfigDirectory);
            if (prepare is not null)
            {
                await prepare(lab.Names);
            }

            LabProcess agent = LabProcess.Start(
                lab.Names, lab.Names.Edge, "agent",
                [.. environment.Count > 0 ? (string[])["env", .. environment] : [], Executable, role, "--config", lab.Names.ConfigDirectory, "--socket", lab.Names.AgentSocket, "--pin", PinsOf(lab.Names), "--namespace", "app", .. options]);
            try
            {
                await agent.WaitForLineAsync("ready", StartLimit, token);
                return new AgentLab(lab, agent);
            }
            catch
            {
                await agent.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program in the edge's namespace and gives its exit code, output and errors.</summary>
    internal Task<(int Code, string Output, string Error)> AtEdgeAsync(params string[] command) =>
        Tool.TryRunAsync("ip", ["netns", "exec", Names.Edge, .. command], null, TestContext.Current.CancellationToken);

    /// <summary>Runs the program as an operator does, against this agent.</summary>
    internal Task<(int Code, string Output, string Error)> AskAsync(params string[] words) => AtEdgeAsync([Executable, .. words, "--socket", Names.AgentSocket]);

    /// <summary>SIGKILL.</summary>
    internal Task KillAgentAsync() => _agent.KillAsync();

    /// <summary>Enters a session as the proxy would.</summary>
    internal Task<SessionAnswer> ReportAsync(string user, int port) => Client.ReportAsync(
        new SessionReport("tcp", $"{LabAddresses.Wan0.EdgeV4}:{port}", $"{LabAddresses.ServiceV4}:80")
        {
            Method = "GET",
            Authority = LabAddresses.Authority,
            Path = "/",
            Headers = [new HeaderValue("user", user)],
        },
        TestContext.Current.CancellationToken);

    /// <summary>Waits until something holds; at most fifteen seconds.</summary>
    internal static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(15), $"{what}: not within fifteen seconds");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _agent.DisposeAsync();
        await _lab.DisposeAsync();
        Assert.Empty(LabResidue.Find(Names));
    }

    private static string PinsOf(LabNames names) => Path.Combine(names.BpfDirectory, "clovisor");
}
