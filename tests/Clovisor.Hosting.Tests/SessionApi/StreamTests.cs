using System.Globalization;
using System.Text.Json;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>Reports as a stream of lines.</summary>
public sealed class StreamTests
{
    private const string Head = "POST /v1/sessions/stream HTTP/1.1\r\nhost: clovisor\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";

    private const string End = "\r\n0\r\n\r\n";

    [KernelFact]
    public void Every_line_is_answered_in_its_turn_while_the_stream_is_open()
    {
        using TwoLinks lab = new();
        lab.Run(host =>
        {
            using RawConnection connection = new(host.SocketPath);
            connection.Send(Head);
            Assert.Equal(200, connection.ReadStatus());
            connection.SendChunk(TwoLinks.Report("boss", 41_000) + "\n");
            Assert.Contains("\"link\":\"fibre\"", connection.ReadUntil("fibre"), StringComparison.Ordinal);

            // A line may come in pieces, and several at once; blank ones are none, and the last needs no end.
            string minion = TwoLinks.Report("minion", 41_001);
            connection.SendChunk(minion[..20]);
            connection.SendChunk(minion[20..] + "\r\n\n{\"protocol\":\"tcp\"}\nnonsense\n{\"a\":1}\nnull\n");
            connection.SendChunk(TwoLinks.Report("nobody", 41_002));
            connection.Send("0\r\n\r\n");
            JsonElement[] answers = AnswersOf(connection.ReadUntil(End));

            Assert.Equal(["fibre", "lte", "5 errors", "1 errors", "1 errors", "1 errors", ""], answers.Select(Text));
            Assert.Equal(2, host.Get<WanRuntime>().Running!.Datapath.Sessions().Count);
            Assert.Equal((7, 4), (Sum(host, account => account.Reports), Sum(host, account => account.Refused)));
            return Task.CompletedTask;
        });
    }

    [KernelFact]
    public void A_line_without_end_ends_the_stream_with_the_reason()
    {
        using TwoLinks lab = new();
        lab.Run(
            host =>
            {
                using RawConnection connection = new(host.SocketPath);
                connection.Send(Head);
                connection.SendChunk(TwoLinks.Report("boss", 41_000) + "\n");
                connection.SendChunk(new string(' ', 300));
                string answer = connection.ReadToEnd();

                Assert.Equal(["fibre", "1 errors"], AnswersOf(answer).Select(Text));
                Assert.Contains("A line is longer than 256 bytes", answer, StringComparison.Ordinal);
                return Task.CompletedTask;
            },
            api => api.MaxBodyBytes = 4096);
    }

    [KernelFact]
    public void Who_reports_faster_than_it_may_is_read_more_slowly_and_loses_nothing()
    {
        using TwoLinks lab = new();
        lab.Run(
            host =>
            {
                using RawConnection connection = new(host.SocketPath);
                long begun = TimeProvider.System.GetTimestamp();
                connection.Send(Head);
                connection.SendChunk(string.Concat(Enumerable.Range(0, 30).Select(i => TwoLinks.Report("boss", 41_000 + i) + "\n")));
                connection.Send("0\r\n\r\n");
    
                Assert.All(AnswersOf(connection.ReadUntil(End)), answer => Assert.Equal("fibre", Text(answer)));
                Assert.Equal(30, host.Get<WanRuntime>().Running!.Datapath.Sessions().Count);
                Assert.Equal(0, Sum(host, account => account.Limited));

                // 20 at once, and ten more at 20 a second.
                Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(0.4));
                return Task.CompletedTask;
            },
            api => api.ReportsPerSecond = 20);
    }

    [KernelFact]
    public void Who_does_not_read_its_answers_is_not_read_either()
    {
        using TwoLinks lab = new();
        lab.Run(async host =>
        {
            using RawConnection connection = new(host.SocketPath);
            connection.Send(Head);
            string line = """{"protocol":"tcp"}""" + "\n";
            string chunk = string.Concat(Enumerable.Repeat(line, 1000));
            int sent = 0;
            Task sending = Task.Run(() =>
            {
                for (; sent < 200_000; sent += 1000)
                {
                    connection.SendChunk(chunk);
                }
            });
            await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, TestContext.Current.CancellationToken);
            long taken = Sum(host, account => account.Reports);

            // Answers of some 600 bytes each: what the sockets and the server's buffers hold, and no more.
            Assert.InRange(taken, 1, 20_000);
            Assert.False(sending.IsCompleted);
            connection.Dispose();
            await sending.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            await TestHost.Eventually(() => host.Get<CallerGate>().TryEnterStream());
        });
    }

    [KernelFact]
    public void Streams_take_half_of_the_places_at_most_and_end_with_the_host()
    {
        using TwoLinks lab = new();
        RawConnection? open = null;
        lab.Run(
            host =>
            {
                open = new RawConnection(host.SocketPath);
                open.Send(Head);
                Assert.Equal(200, open.ReadStatus());
                using RawConnection second = new(host.SocketPath);
                second.Send(Head);
                Assert.Equal(503, second.ReadStatus());
                return Task.CompletedTask;
            },
            api => api.MaxRequests = 2);

        // The host has stopped by now, and did not wait for the caller.
        Assert.DoesNotContain(End, open!.ReadToEnd(), StringComparison.Ordinal);
        open.Dispose();
    }

    private static long Sum(TestHost host, Func<CallerAccount, long> value) => host.Get<CallerGate>().Accounts.Sum(value);

    private static JsonElement[] AnswersOf(string response) =>
    [
        .. response.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement),
    ];

    private static string Text(JsonElement answer) =>
        answer.TryGetProperty("errors", out JsonElement errors) ? string.Create(CultureInfo.InvariantCulture, $"{errors.GetArrayLength()} errors")
        : answer.TryGetProperty("link", out JsonElement link) ? link.GetString()!
        : "";
}
