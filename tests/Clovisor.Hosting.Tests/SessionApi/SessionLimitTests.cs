using System.Net;
using System.Net.Sockets;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>How many live sessions a caller may have, and how those that are over are forgotten.</summary>
public sealed class SessionLimitTests
{
    private static readonly IPEndPoint Service = IPEndPoint.Parse("10.96.1.1:80");
    private readonly CallerAccount _caller = new(CallerIdentity.OfToken, CallerRule.Everything, 1, 1, TimeProvider.System);

    [KernelFact]
    public void Beyond_its_sessions_a_caller_gets_429_until_some_have_ended()
    {
        using TwoLinks lab = new();
        lab.Run(
            async host =>
            {
                Assert.Equal(HttpStatusCode.OK, await ReportAsync(host, 41_000));
                Assert.Equal(HttpStatusCode.OK, await ReportAsync(host, 41_001));
                Assert.Equal(HttpStatusCode.TooManyRequests, await ReportAsync(host, 41_002));
                Assert.Equal(2, host.Get<WanRuntime>().Running!.Datapath.Sessions().Count);

                // The kernel ends a session and tells nobody; it is found out by the reports that are refused.
                Assert.True(host.Get<WanRuntime>().Running!.Datapath.Remove(new SessionTuple(ProtocolType.Tcp, IPEndPoint.Parse("10.9.0.1:41000"), Service)));
                await TestHost.Eventually(() => ReportAsync(host, 41_002).GetAwaiter().GetResult() == HttpStatusCode.OK);
                Assert.Equal(HttpStatusCode.TooManyRequests, await ReportAsync(host, 41_003));
            },
            api => api.SessionsPerCaller = 2);
    }

    [Theory]
    [InlineData("10.9.0.{0}:{1}", "10.96.1.1:80")]
    [InlineData("[fd09::{0}]:{1}", "[fd00::1]:80")]
    public void Sessions_that_are_over_are_forgotten_and_the_others_are_not(string source, string destination)
    {
        EnteredSessions sessions = new();
        SessionTuple[] all =
        [
            .. from host in Enumerable.Range(1, 20)
               from port in Enumerable.Range(1, 100)
               select new SessionTuple(ProtocolType.Tcp, IPEndPoint.Parse(string.Format(null, source, host, port)), IPEndPoint.Parse(destination)),
        ];
        foreach (SessionTuple session in all)
        {
            sessions.Note(session, session.Source.ToString(), _caller);
            sessions.Note(session, session.Source.ToString(), _caller);
        }

        Assert.Equal((all.Length, all.Length), (sessions.Count, _caller.Sessions));
        sessions.ForgetEnded(session => session.Source.Port % 2 == 0);
        sessions.Forget(all[1]);

        Assert.Equal((999, 999), (sessions.Count, _caller.Sessions));
        Assert.All(all, session => Assert.Equal(session.Source.Port % 2 == 0 && session != all[1] ? session.Source.ToString() : null, sessions.RouteOf(session)));
        sessions.ForgetEnded(_ => false);
        Assert.Equal((0, 0), (sessions.Count, _caller.Sessions));
    }

    private static async Task<HttpStatusCode> ReportAsync(TestHost host, int port)
    {
        using StringContent report = new(TwoLinks.Report("boss", port));
        using HttpResponseMessage answer = await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
