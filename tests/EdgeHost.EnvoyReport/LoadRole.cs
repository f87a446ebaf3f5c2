using System.Net;
using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>The clients: so many connections, on each of which requests of all users follow one another by chance. Runs in the application's namespace.</summary>
internal static class LoadRole
{
    public const string WarmLine = "warm";

    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--via", "ADDRESS:PORT", "the proxy") { Required = true },
        new("--protocol", "http1|http2", "what the clients speak", "http1"),
        new("--connections", "N", "connections, each with one request at a time", "50"),
        new("--requests", "N", "requests of all together", "10000"),
        new("--rate", "N", "requests a second of all together, whether answered or not; 0 for as fast as they are answered", "0"),
        new("--warm-up", "N", "requests on each connection before, which are not counted", "0"),
        new("--go", "FILE", "a file that is waited for after the warm-up, with a line of output to say so"),
        new("--seed", "N", "of the users' order", "1"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        ParentGuard.Watch();
        int connections = arguments.Count("--connections");
        int requests = arguments.Count("--requests");
        int rate = arguments.Count("--rate");
        bool http2 = arguments.Get("--protocol") == "http2";
        Uri proxy = new($"http://{arguments.EndPoint("--via")}");
        HttpClient[] clients = [.. Enumerable.Range(0, connections).Select(_ => new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 1, ActivityHeadersPropagator = null })
        {
            BaseAddress = proxy,
            Timeout = TimeSpan.FromSeconds(20),
            DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        })];
        int next = 0;
        List<int> latencies = [];
        List<string> errors = [];
        Lock turn = new();
        int warmUp = arguments.Count("--warm-up");
        await Task.WhenAll(clients.Select(async client =>
        {
            for (int i = 0; i < warmUp; i++)
            {
                await SendAsync(client, ReportClass.All[i % ReportClass.All.Count].User, forged: false, cancellationToken).ConfigureAwait(false);
            }
        })).ConfigureAwait(false);
        if (arguments.Find("--go") is { } go)
        {
            await Console.Out.WriteLineAsync(WarmLine).ConfigureAwait(false);
            while (!File.Exists(go))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
        }

        long begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(clients.Select((client, at) => WorkAsync(client, new Random((arguments.Count("--seed") * 1009) + at)))).ConfigureAwait(false);
        foreach (HttpClient client in clients)
        {
            client.Dispose();
        }

        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new LoadResult(latencies.Count, errors.Count, errors.FirstOrDefault(), [.. latencies]), ReportJson.Default.LoadResult)).ConfigureAwait(false);
        return 0;

        async Task WorkAsync(HttpClient client, Random random)
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= requests;)
            {
                if (rate > 0 && TimeSpan.FromSeconds((double)i / rate) - TimeProvider.System.GetElapsedTime(begun) is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }

                string user = ReportClass.All[random.Next(ReportClass.All.Count)].User;
                long started = TimeProvider.System.GetTimestamp();
                string? error = await SendAsync(client, user, random.Next(5) == 0, cancellationToken).ConfigureAwait(false);
                int took = (int)(TimeProvider.System.GetElapsedTime(started).TotalMicroseconds);
                lock (turn)
                {
                    latencies.Add(took);
                    if (error is not null)
                    {
                        errors.Add($"{user}: {error}");
                    }
                }
            }
        }
    }

    private static async Task<string?> SendAsync(HttpClient client, string user, bool forged, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/bytes/200") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
            request.Headers.Host = LabAddresses.Authority;
            request.Headers.Add("user", user);
            if (forged)
            {
                // A client that claims a class must not get it.
                request.Headers.Add("x-clv-class", "minion");
            }

            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return response.StatusCode != HttpStatusCode.OK ? $"status {(int)response.StatusCode}" : body.Length != 200 ? $"{body.Length} bytes" : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            return e.Message;
        }
    }
}
