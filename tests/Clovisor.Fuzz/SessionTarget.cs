using System.Text;
using System.Text.Json;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;

namespace Clovisor.Fuzz;

/// <summary>What proxies send to the session API: the Lua filter's netstrings, and JSON.</summary>
internal static class SessionTarget
{
    internal static IReadOnlyList<byte[]> Messages { get; } =
    [
        .. new[]
        {
            "4:peer,14:10.60.0.9:4711,3:dst,12:10.96.1.1:80,1:m,3:GET,1:a,19:httpbin.example.com,1:p,1:/,6:h.user,4:boss,",
            "3:dst,14:[fd00::1]:8080,1:a,1:x,2:up,14:10.9.0.1:44000,4:host,12:10.96.1.1:80,",
            "3:dst,12:10.96.1.1:80,1:a,1:x,2:up,14:10.9.0.1:44000,4:host,12:10.96.1.1:80,7:h.user~,3:b\u00f6,",
            "3:dst,14:10.9.0.2:15443,3:sni,49:outbound_.80_.v1_.httpbin.app.svc.cluster.local.,",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    internal static IReadOnlyList<byte[]> Reports { get; } =
    [
        .. new[]
        {
            """{"protocol":"tcp","source":"10.9.0.1:41000","destination":"10.96.1.1:80","listenerPort":80,"method":"GET","scheme":"http","authority":"httpbin","path":"/a?b=c","headers":{"user":"boss"}}""",
            """{"protocol":"tcp","source":"10.9.0.1:41000","destination":"10.9.0.2:15443","sni":"outbound_.80_.v1_.httpbin.app.svc.cluster.local"}""",
            """{"protocol":"udp","source":"[fd00::1]:1","destination":"[::ffff:10.0.0.1]:65535","method":"GET","authority":"x","path":"/","headers":[{"name":"a","value":"\u00f6"},{"name":"a","value":""}]}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    internal static IReadOnlyList<byte[]> Batches { get; } =
    [
        .. Reports.Select(report => (byte[])[.. "{\"sessions\":["u8, .. report, (byte)',', .. Reports[0], .. "]}"u8]),
        [.. "{\"sessions\":[null,1,[{\"a\":[]}],\"\\ud800\",{}]} "u8],
    ];

    /// <summary>A batch is refused with a reason; or has as many reports as it says, each of which is JSON by itself.</summary>
    internal static void ReadBatch(byte[] input)
    {
        const int Most = 3;
        using var batch = BatchBody.Read(input, Most, out ApiError? error);
        if (error is not null)
        {
            if (error.Message.Length == 0)
            {
                throw new InvalidOperationException("Refused without a reason.");
            }

            return;
        }

        for (int i = 0; i < Math.Min(batch.Count, Most); i++)
        {
            if (!ApiResponse.TryParse(batch[i], ApiJson.Default.SessionReport, out SessionReport? read, out ApiError? wrong) && wrong is not { Message.Length: > 0 })
            {
                throw new InvalidOperationException($"Report {i} was neither taken nor refused: {read}.");
            }
        }

        using var other = JsonDocument.Parse(input);
        int count = other.RootElement.GetProperty("sessions").GetArrayLength();
        if (count != batch.Count || count == 0)
        {
            throw new InvalidOperationException($"{batch.Count} reports were announced, and {count} were there.");
        }
    }

    /// <summary>A message is taken with what it needs, or refused with a reason that is not empty.</summary>
    internal static void ReadMessage(byte[] input)
    {
        HeadMessage? message = HeadMessage.Read(input, out ApiError? error);
        bool consistent = message is null
            ? error is { Message.Length: > 0 }
            : error is null && message is { Destination: not null } && (message.ServerName is null) == (message.Authority.Length > 0) && (message.Upstream is null || message.Host is not null);
        if (!consistent)
        {
            throw new InvalidOperationException($"Neither taken nor refused: {error}.");
        }
    }

    /// <summary>A report names a session, or every fault has a field and a reason.</summary>
    internal static void ReadReport(byte[] input)
    {
        if (JsonSerializer.Deserialize(input, ApiJson.Default.SessionReport) is not { } report)
        {
            return;
        }

        List<ApiError> errors = [];
        bool named = ReportValidation.Tuple(report, errors) is not null;
        ReportValidation.Content(report, errors);
        if ((!named && errors.Count == 0) || errors.Exists(error => error.Message.Length == 0))
        {
            throw new InvalidOperationException("Refused without a reason.");
        }
    }
}
