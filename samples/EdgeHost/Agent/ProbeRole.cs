using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Agent;

/// <summary>Asks the agent over its socket: alive when it answers at all, ready when a configuration is in force. Exit code 0 or 1.</summary>
internal static class ProbeRole
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--socket", "PATH", "the unix socket of the session API", "/run/clovisor/clovisor.sock"),
        new("--for", "live|ready", "what is asked", "ready"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        string what = arguments.Get("--for");
        if (what is not ("live" or "ready"))
        {
            throw arguments.Bad("--for", what, "live or ready");
        }

        using HttpClient client = UnixSocketClient.Create(arguments.Get("--socket"));
        client.Timeout = Patience;
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            if (what == "live" || answer.IsSuccessStatusCode)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"EdgeHost: ask the agent at {arguments.Get("--socket")}: {e.Message}").ConfigureAwait(false);
        }

        return 1;
    }
}
