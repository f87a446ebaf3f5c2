using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>A question to a running agent, from the command line: options, errors and the two forms of the answer that all of them share.</summary>
internal sealed class AgentQuestion(Arguments arguments) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = UnixSocketClient.Create(arguments.Get("--socket"));

    public static Option Socket { get; } = new("--socket", "PATH", "the unix socket of the agent", "/run/clovisor/clovisor.sock");

    public static Option Json { get; } = new("--json", "", "prints JSON, for programs");

    public static Option Watch { get; } = new("--watch", "", "shows it again and again until Ctrl-C");

    public static Option Interval { get; } = new("--interval", "TIME", "how often with --watch", "1s");

    public bool WantsJson => arguments.Has("--json");

    /// <summary>The answer as the agent gave it.</summary>
    /// <exception cref="EdgeHostException">The agent cannot be reached, or refused.</exception>
    public async Task<string> AskAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync(path, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        string body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);

        // Bad health is an answer with status 503; so is nothing else.
        return response.IsSuccessStatusCode || path == "/healthz" ? body : throw Refused(path, (int)response.StatusCode, body);
    }

    /// <summary>Takes an answer line by line as it comes, until Ctrl-C.</summary>
    /// <exception cref="EdgeHostException">The agent cannot be reached, refused, or has ended.</exception>
    public async Task FollowAsync<T>(string path, JsonTypeInfo<T> type, Func<string, T, Task> show, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using HttpResponseMessage response = await GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw Refused(path, (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            }

            using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                await show(line, Read(path, line, type)).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // An end without notice, as that below.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        throw Unreachable("it has ended");
    }

    public async Task<T> AskAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        string answer = await AskAsync(path, cancellationToken).ConfigureAwait(false);
        return Read(path, answer, type);
    }

    /// <summary>Shows the answer once, or again and again.</summary>
    public async Task ShowAsync(Func<Task<string>> json, Func<Task<IReadOnlyList<TextTable>>> view, CancellationToken cancellationToken)
    {
        if (!arguments.Has("--watch"))
        {
            if (WantsJson)
            {
                await Console.Out.WriteLineAsync(await json().ConfigureAwait(false)).ConfigureAwait(false);
            }
            else
            {
                Screen.Show(await view().ConfigureAwait(false));
            }

            return;
        }

        TimeSpan interval = arguments.Duration("--interval");
        if (interval < TimeSpan.FromMilliseconds(100))
        {
            throw arguments.Bad("--interval", arguments.Get("--interval"), "at least 100ms");
        }

        if (!WantsJson)
        {
            await Screen.WatchAsync(view, interval, cancellationToken).ConfigureAwait(false);
            return;
        }

        using PeriodicTimer timer = new(interval, TimeProvider.System);
        try
        {
            do
            {
                await Console.Out.WriteLineAsync(await json().ConfigureAwait(false)).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how one stops looking.
        }
    }

    public void Dispose() => _http.Dispose();

    private static T Read<T>(string path, string answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException e)
        {
            throw new EdgeHostException($"cannot read the agent's answer to {path}", e.Message, "Is the agent of the version of this program? Compare 'EdgeHost --version'");
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await _http.GetAsync(new Uri(path, UriKind.Relative), completion, limit.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            // Without the file the runtime speaks of an address that cannot be assigned.
            throw Unreachable(!File.Exists(arguments.Get("--socket")) ? "there is no such socket" : e.InnerException is SocketException socket ? socket.Message : e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private EdgeHostException Unreachable(string why) =>
        new($"cannot ask the agent at {arguments.Get("--socket")}", why, "Is it running ('EdgeHost run'), is this its socket (--socket), and may this user use it (root may)?") { ExitCode = RoleTable.Unreachable };

    private static EdgeHostException Refused(string path, int status, string body)
    {
        string why;
        try
        {
            why = string.Join("; ", JsonSerializer.Deserialize(body, EdgeJson.Default.AgentErrors)!.Errors.Select(error => error.Field.Length > 0 ? $"{error.Field}: {error.Message}" : error.Message));
        }
        catch (JsonException)
        {
            why = body;
        }

        bool usage = status == StatusCodes.Status400BadRequest;
        return new EdgeHostException($"the agent does not answer {path.Split('?')[0]} (status {status})", why.TrimEnd('.'), usage ? "Correct the options" : "'EdgeHost status' says how it is")
        {
            ExitCode = usage ? RoleTable.BadInput : status == StatusCodes.Status503ServiceUnavailable ? RoleTable.Unhealthy : RoleTable.Failed,
        };
    }
}
