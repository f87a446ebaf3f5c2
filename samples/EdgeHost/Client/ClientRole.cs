using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Client;

/// <summary>The application: each user sends requests, and a line of JSON tells of each.</summary>
internal static class ClientRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--via", "ADDRESS:PORT", "the sidecar") { Required = true },
        new("--authority", "HOST", "the host that is asked for", "httpbin"),
        new("--user", "NAME", "a user; each has requests of its own, at the same time") { Required = true, Repeatable = true },
        new("--requests", "N", "requests of each user; 0 for as many as the time allows", "0"),
        new("--duration", "TIME", "no request is begun after this time", "3600s"),
        new("--interval", "TIME", "from the start of a user's request to the start of the next, answered or not; 0ms for one after the other", "0ms"),
        new("--timeout", "TIME", "a request that takes longer has failed", "30s"),
        new("--download", "BYTES", "of each response body", "1000"),
        new("--upload", "BYTES", "of each request body, sent in a request of its own", "0"),
        new("--rate", "BYTES", "per second, of either body; 0 for no limit", "0"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        ParentGuard.Watch();
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        using var turn = new SemaphoreSlim(1);
        var plan = new ClientPlan
        {
            Via = arguments.EndPoint("--via"),
            Authority = arguments.Get("--authority"),
            Requests = arguments.Count("--requests"),
            Duration = arguments.Duration("--duration"),
            Interval = arguments.Duration("--interval"),
            Timeout = arguments.Duration("--timeout"),
            Download = arguments.Bytes("--download"),
            Upload = arguments.Bytes("--upload"),
            Rate = arguments.Bytes("--rate"),
        };
        UserLoop[] users = [.. arguments.All("--user").Select(user => new UserLoop(user, plan, WriteAsync, TimeProvider.System))];
        await Task.WhenAll(users.Select(user => user.RunAsync(cancellationToken))).ConfigureAwait(false);
        Array.ForEach(users, user => user.Dispose());
        return 0;

        async ValueTask WriteAsync(ClientSample sample)
        {
            await turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(sample, EdgeJson.Default.ClientSample)).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }
    }
}
