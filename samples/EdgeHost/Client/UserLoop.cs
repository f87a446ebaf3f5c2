using System.Globalization;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Client;

/// <summary>The requests of one user: one after the other, or at a steady pace whether answered or not.</summary>
/// <param name="tell">Takes every request when it is over; called from several threads.</param>
internal sealed class UserLoop(string user, ClientPlan plan, Func<ClientSample, ValueTask> tell, TimeProvider time) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null })
    {
        BaseAddress = new Uri($"http://{plan.Via}"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        var underWay = new List<Task>();
        for (int i = 0; (plan.Requests == 0 || i < plan.Requests) && time.GetElapsedTime(begun) < plan.Duration && !cancellationToken.IsCancellationRequested; i++)
        {
            Task turn = TurnAsync(cancellationToken);
            if (plan.Interval == TimeSpan.Zero)
            {
                await turn.ConfigureAwait(false);
                continue;
            }

            // A user who clicks again does not wait for the page that hangs.
            underWay.Add(turn);
            underWay.RemoveAll(task => task.IsCompletedSuccessfully);
            await Task.Delay(plan.Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
    }

    public void Dispose() => _client.Dispose();

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (plan.Upload > 0)
        {
            await tell(await SendAsync(upload: true, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }

        if (plan.Download > 0)
        {
            await tell(await SendAsync(upload: false, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<ClientSample> SendAsync(bool upload, CancellationToken cancellationToken)
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
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
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
