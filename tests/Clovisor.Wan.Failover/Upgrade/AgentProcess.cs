using System.Globalization;
using System.Text;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Failover.Upgrade;

/// <summary>The sample's host as an operator runs it, in the lab's edge namespace.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly LabProcess _process;
    private readonly int _id;

    private AgentProcess(LabProcess process, int id, string socket)
    {
        _process = process;
        _id = id;
        Socket = socket;
    }

    public string Socket { get; }

    public static async Task<AgentProcess> StartAsync(LabNames names, string program, int number, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"host-{number}");
        string socket = Path.Combine(names.RunDirectory, "agent.sock");
        LabProcess process = LabProcess.Start(
            names, names.Edge, name, [program, "run", "--config", names.ConfigDirectory, "--namespace", "app", "--pin", Path.Combine(names.BpfDirectory, "upgrade"), "--socket", socket]);
        await process.WaitForLineAsync("ready", Patience, cancellationToken).ConfigureAwait(false);
        int id = int.Parse(await File.ReadAllTextAsync(Path.Combine(names.ProcessDirectory, name), cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
        return new AgentProcess(process, id, socket);
    }

    /// <summary>Ends it as systemd and Kubernetes do, and waits until it is gone.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        await Tool.RunAsync("kill", ["-TERM", _id.ToString(CultureInfo.InvariantCulture)], null, cancellationToken).ConfigureAwait(false);
        await _process.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reports sessions of the user whose rule prefers the second link.</summary>
    public void Report(SessionTuple[] sessions)
    {
        var body = new StringBuilder("{\"sessions\":[");
        body.AppendJoin(',', sessions.Select(static session =>
            $$$"""{"protocol":"udp","source":"{{{session.Source}}}","destination":"{{{session.Destination}}}","method":"GET","authority":"httpbin.example.com:9000","path":"/","headers":{"user":"minion"}}"""));
        body.Append("]}");
        using HttpClient client = UnixSocketClient.Create(Socket);
        using var content = new StringContent(body.ToString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = client.PostAsync(new Uri("/v1/sessions/batch", UriKind.Relative), content).GetAwaiter().GetResult();
        string text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        int entered = text.Split("\"link\":\"wan1\"").Length - 1;
        if (entered != sessions.Length)
        {
            throw new InvalidOperationException($"{entered} of {sessions.Length} sessions were entered on wan1: {text[..Math.Min(text.Length, 400)]}");
        }
    }

    public ValueTask DisposeAsync() => _process.HasExited ? ValueTask.CompletedTask : _process.DisposeAsync();
}
