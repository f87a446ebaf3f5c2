using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// Asks the server itself for a class before the host is said to have started: a proxy waits some 20 ms for an answer, and code that runs for the first time may take longer. Nothing of it is counted.
/// </summary>
internal sealed partial class WarmUp(IOptions<SessionApiOptions> options, SnapshotStore store, ClassEndpoint classes, TimeProvider time, ILogger<WarmUp> log)
{
    private const int Rounds = 40;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.SocketPath.Length == 0 || store.Current is not { } snapshot)
        {
            return;
        }

        using CancellationTokenSource limit = new(Limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using HttpClient client = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null });
        classes.WarmUpToken = RandomNumberGenerator.GetHexString(32);
        try
        {
            byte[] message = Encoding.UTF8.GetBytes(MessageFor(snapshot));
            for (int round = 0; round < Rounds; round++)
            {
                using HttpRequestMessage request = new(HttpMethod.Post, "http://clovisor/v1/session") { Content = new ByteArrayContent(message) };
                request.Headers.Add(ClassEndpoint.WarmUpHeader, classes.WarmUpToken);
                using HttpResponseMessage response = await client.SendAsync(request, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The server works or does not, whatever came of this.
            LogCold(e.Message);
        }
        finally
        {
            classes.WarmUpToken = null;
        }
    }

    // Of a host that the rules know, with every header that they look at.
    private static string MessageFor(ClovisorSnapshot snapshot)
    {
        RouteTable? table = snapshot.Tables.FirstOrDefault();
        string authority = table?.VirtualHosts.SelectMany(host => host.Domains).FirstOrDefault(domain => !domain.Contains('*', StringComparison.Ordinal)) ?? "clovisor";
        StringBuilder message = new();
        Add("dst", $"192.0.2.1:{(table?.Port is > 0 and var port ? port : 80).ToString(CultureInfo.InvariantCulture)}");
        Add("a", authority);
        Add("m", "GET");
        Add("p", "/");
        foreach (string header in snapshot.Fields.Headers.Where(name => !name.StartsWith(':')))
        {
            Add($"h.{header}", "warm-up");
        }

        return message.ToString();

        void Add(string key, string value) =>
            message.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(key)}:{key},{Encoding.UTF8.GetByteCount(value)}:{value},");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.Value.SocketPath), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(EventId = 1301, EventName = nameof(LogCold), Level = LogLevel.Warning, Message = "The session API could not be warmed up, so first answers may be late: {Reason}")]
    private partial void LogCold(string reason);
}
