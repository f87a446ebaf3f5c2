using System.Text.RegularExpressions;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>Requests that mean harm, over a connection each, against the whole host with its map in the kernel.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class HostileRequestTests
{
    private const int Requests = 1000;
    private const int Slow = 20;
    private const long MostGrowth = 4 << 20;

    [KernelFact]
    public void A_thousand_are_refused_with_a_reason_counted_enter_nothing_and_cost_no_memory()
    {
        using TwoLinks lab = new();
        lab.Run(host =>
        {
            IReadOnlyList<HostileRequest> kinds = HostileRequests.All;
            for (int i = 0; i < kinds.Count; i++)
            {
                Refused(host, kinds[i], 0);
            }

            long before = GC.GetTotalMemory(forceFullCollection: true);
            long malformed = host.Get<CallerGate>().Malformed;
            long refused = Sum(host, account => account.Refused);
            Dictionary<RefusedBy, int> sent = [];
            for (int i = 0; i < Requests; i++)
            {
                HostileRequest kind = kinds[i % kinds.Count];
                Refused(host, kind, i / kinds.Count);
                sent[kind.By] = sent.GetValueOrDefault(kind.By) + 1;
            }

            Assert.Equal(sent[RefusedBy.Endpoint], Sum(host, account => account.Refused) - refused);

            // A body whose end cannot be found is refused by the endpoint, and what comes behind it by the server.
            Assert.InRange(host.Get<CallerGate>().Malformed - malformed, sent[RefusedBy.Server], sent[RefusedBy.Server] + sent[RefusedBy.Endpoint]);
            Assert.Empty(host.Get<WanRuntime>().Running!.Datapath.Sessions());
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostGrowth);
            return Task.CompletedTask;
        });
    }

    [KernelFact]
    public void Those_that_dawdle_are_cut_off_and_keep_nobody_out()
    {
        using TwoLinks lab = new();
        lab.Run(
            async host =>
            {
                RawConnection[] slow = [.. Enumerable.Range(0, Slow).Select(_ => new RawConnection(host.SocketPath))];
                for (int i = 0; i < Slow; i++)
                {
                    slow[i].Send($"POST /v1/sessions HTTP/1.1\r\nhost: c\r\nx{i}: ");
                }

                using StringContent report = new(TwoLinks.Report("boss", 41_000));
                Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken)).StatusCode);
                foreach (RawConnection connection in slow)
                {
                    Assert.Equal(408, connection.ReadStatus());
                    connection.Dispose();
                }

                Assert.Single(host.Get<WanRuntime>().Running!.Datapath.Sessions());
            });
    }

    [KernelFact]
    public void A_report_that_is_sent_again_enters_nothing_new()
    {
        using TwoLinks lab = new();
        lab.Run(async host =>
        {
            for (int i = 0; i < 50; i++)
            {
                using StringContent report = new(TwoLinks.Report("boss", 41_000));
                Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken)).StatusCode);
            }

            Assert.Single(host.Get<WanRuntime>().Running!.Datapath.Sessions());
            Assert.Equal(1, Sum(host, account => account.Sessions));
        });
    }

    private static long Sum(TestHost host, Func<CallerAccount, long> value) => host.Get<CallerGate>().Accounts.Sum(value);

    private static void Refused(TestHost host, HostileRequest kind, int variant)
    {
        using RawConnection connection = new(host.SocketPath);
        connection.Send(kind.Make(variant));
        if (kind.IsCutShort)
        {
            connection.EndSending();
        }

        string answer = connection.ReadAnswer();
        connection.EndSending();
        answer += connection.ReadToEnd()[answer.Length..];

        // Closed without a word is a refusal too; 505 is what the standard has for another version of HTTP.
        string status = answer.Length == 0 ? "closed" : answer[9..12];
        Assert.True(status is "closed" or "505" || status[0] == '4', $"{kind.Name}, variant {variant}: {answer}");
        Assert.True(kind.By != RefusedBy.Endpoint || kind.IsCutShort || answer.Contains("\"message\"", StringComparison.Ordinal), $"{kind.Name}, variant {variant} has no reason: {answer}");
        Assert.True(Regex.Count(answer, "HTTP/1.1 ") == (answer.Length == 0 ? 0 : 1), $"{kind.Name}, variant {variant}, was answered more than once: {answer}");
    }
}
