using System.Net.Http.Json;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Agent;

/// <summary>The agent's session API, from outside. Safe for concurrent use.</summary>
internal sealed class AgentClient(string socket) : IDisposable
{
    private readonly HttpClient _http = UnixSocketClient.Create(socket);

    public async Task<AgentRules> RulesAsync(CancellationToken cancellationToken) =>
        await _http.GetFromJsonAsync("/v1/rules", EdgeJson.Default.AgentRules, cancellationToken).ConfigureAwait(false) ?? throw Empty();

    /// <summary>Health is an answer also when it is bad: status 503 is no failure of the call.</summary>
    public async Task<AgentHealth> HealthAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri("/healthz", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync(EdgeJson.Default.AgentHealth, cancellationToken).ConfigureAwait(false) ?? throw Empty();
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async Task<SessionAnswer> ReportAsync(SessionReport report, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http
            .PostAsJsonAsync("/v1/sessions", report, EdgeJson.Default.SessionReport, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(EdgeJson.Default.SessionAnswer, cancellationToken).ConfigureAwait(false) ?? throw Empty();
    }

    public async Task ForgetAsync(SessionReport session, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/sessions")
        {
            Content = JsonContent.Create(session, EdgeJson.Default.SessionReport),
        };
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AgentSession>> SessionsAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync("/v1/sessions", EdgeJson.Default.AgentSessionList, cancellationToken).ConfigureAwait(false) ?? throw Empty()).Sessions;

    public Task<string> LinksAsync(CancellationToken cancellationToken) => _http.GetStringAsync(new Uri("/v1/links", UriKind.Relative), cancellationToken);

    public void Dispose() => _http.Dispose();

    private static HttpRequestException Empty() => new("the agent answered with nothing");
}
