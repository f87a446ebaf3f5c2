using System.Globalization;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Client;

/// <summary>The requests of one user, one after the other.</summary>
internal static class UserLoop
{
    public static async Task RunAsync(
        string user, ClientPlan plan, Func<ClientSample, ValueTask> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"http://{plan.Via}"), Timeout = Timeout.InfiniteTimeSpan };
        long begun = time.GetTimestamp();
        for (int i = 0; (plan.Requests == 0 || i < plan.Requests) && time.GetElapsedTime(begun) < plan.Duration && !cancellationToken.IsCancellationRequested; i++)
        {
            long started = time.GetTimestamp();
            if (plan.Upload > 0)
            {
                await tell(await SendAsync(client, user, plan, upload: true, time, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }

            if (plan.Download > 0)
            {
                await tell(await SendAsync(client, user, plan, upload: false, time, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }

            TimeSpan rest = plan.Interval - time.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task<ClientSample> SendAsync(
        HttpClient client, string user, ClientPlan plan, bool upload, TimeProvider time, CancellationToken cancellationToken)
    {
        using var request = upload
            ? new HttpRequestMessage(HttpMethod.Post, "/upload") { Content = new PatternContent(plan.Upload, plan.Rate, time) }
            : new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/bytes/{plan.Download}?rate={plan.Rate}"));
        request.Headers.Host = plan.Authority;
        request.Headers.Add("user", user);
        using var limit = new CancellationTokenSource(plan.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var sample = new ClientSample(user, time.GetTimestamp(), 0, upload ? plan.Upload : 0, 0, null, null);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            sample = sample with { Peer = response.Headers.TryGetValues(CloudRole.PeerHeader, out IEnumerable<string>? peer) ? peer.First() : null };
            Stream body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            long down = await Pattern.CountAsync(body, either.Token).ConfigureAwait(false);
            return sample with { Ended = time.GetTimestamp(), Down = down, Error = Fault((int)response.StatusCode, down, upload ? null : plan.Download) };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            string error = limit.IsCancellationRequested ? $"no answer within {plan.Timeout.TotalMilliseconds:0} ms" : e.Message;
            return sample with { Ended = time.GetTimestamp(), Error = error };
        }
    }

    private static string? Fault(int status, long down, long? wanted) =>
        status != 200 ? $"status {status}" : wanted is { } bytes && down != bytes ? $"{down} of {bytes} bytes" : null;
}
