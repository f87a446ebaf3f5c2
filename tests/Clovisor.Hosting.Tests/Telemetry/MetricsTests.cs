using System.Diagnostics;
using System.Net;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Telemetry;

/// <summary>What a running host measures, against what was done to it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task A_host_without_links_measures_configuration_health_and_refusals()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        using MeterReader reader = new(host);
        using StringContent report = new("""{"protocol":"tcp","source":"10.9.0.1:1","destination":"10.96.1.1:80","method":"GET","authority":"a","path":"/"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken)).StatusCode);
        using StringContent invalid = new("""{"protocol":"tcp"}""");
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsync("/v1/sessions", invalid, TestContext.Current.CancellationToken)).StatusCode);

        IReadOnlyDictionary<string, double> values = reader.Read();

        Assert.Equal(1, values["clovisor.configuration.revision{}"]);
        Assert.InRange(values["clovisor.configuration.age{}"], 0, 60);
        Assert.Equal(1, values["clovisor.health.status{clovisor.health.level=healthy,clovisor.part.name=configuration}"]);
        Assert.Equal(0, values["clovisor.health.status{clovisor.health.level=degraded,clovisor.part.name=configuration}"]);
        Assert.Equal(1, values["clovisor.report.duration{clovisor.report.outcome=unavailable}"]);
        Assert.Equal(1, values["clovisor.report.duration{clovisor.report.outcome=invalid}"]);
        Assert.Equal(0, values["clovisor.session_api.rejections{clovisor.rejection.reason=busy}"]);
        Assert.Equal(0, values["clovisor.session_api.rejections{clovisor.rejection.reason=malformed}"]);
        Assert.DoesNotContain(values.Keys, key => key.StartsWith("clovisor.link", StringComparison.Ordinal) || key.StartsWith("clovisor.session.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Configurations_are_counted_by_what_became_of_them()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = TestHost.Build(folder);
        using MeterReader reader = new(host);
        await host.StartAsync();
        folder.Write("wan.yaml", "kind: [");
        await TestHost.Eventually(() => reader.Read().GetValueOrDefault("clovisor.configuration.reloads{clovisor.reload.outcome=refused}") >= 1);
        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("dscp: 10", "dscp: 12", StringComparison.Ordinal));
        await TestHost.Eventually(() => reader.Read().GetValueOrDefault("clovisor.configuration.reloads{clovisor.reload.outcome=in_force}") >= 2);
    }

    [KernelFact]
    public void Bringing_the_kernel_to_a_configuration_is_a_span()
    {
        List<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == Clovisor.Hosting.Telemetry.ClovisorTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                // Hosts of other tests, none of which has three links.
                if (activity.DisplayName == "clovisor.apply" && Equals(activity.GetTagItem("clovisor.configuration.links"), 3))
                {
                    lock (ended)
                    {
                        ended.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using TwoLinks lab = new();
        lab.Run(async host =>
        {
            lab.Write("more.yaml", """
                apiVersion: wan.clovisor.io/v1alpha1
                kind: WanLink
                metadata: {name: third}
                spec: {device: wan2, nextHop: 10.9.2.2}
                """);
            await TestHost.Eventually(() => host.Snapshots.Current!.Wan.Links.Length == 3);
        });

        Activity applied = Assert.Single(ended);
        Assert.Equal(2, applied.GetTagItem("clovisor.configuration.associations"));
        Assert.InRange((long)applied.GetTagItem("clovisor.configuration.revision")!, 2, 10);
        Assert.Equal(ActivityStatusCode.Unset, applied.Status);
    }

    [KernelFact]
    public void A_host_with_links_measures_them_its_sessions_and_its_datapath()
    {
        using var lab = new TwoLinks();
        lab.Run(async host =>
        {
            using MeterReader reader = new(host);
            foreach ((string user, int port) in ((string, int)[])[("boss", 41_001), ("minion", 41_002), ("minion", 41_003), ("nobody", 41_004)])
            {
                using StringContent report = new(TwoLinks.Report(user, port));
                Assert.Equal(HttpStatusCode.OK, (await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken)).StatusCode);
            }

            IReadOnlyDictionary<string, double> values = reader.Read();

            Assert.Equal(1, values["clovisor.link.status{clovisor.link.name=lte,clovisor.link.state=up}"]);
            Assert.Equal(0, values["clovisor.link.status{clovisor.link.name=lte,clovisor.link.state=no_carrier}"]);
            Assert.Equal(1, values["clovisor.session.count{clovisor.association.name=boss,clovisor.link.name=fibre,network.type=ipv4}"]);
            Assert.Equal(2, values["clovisor.session.count{clovisor.association.name=minion,clovisor.link.name=lte,network.type=ipv4}"]);
            Assert.InRange(values["clovisor.session.limit{network.type=ipv6}"], 1024, double.MaxValue);
            Assert.Equal(64, values["clovisor.association.slots{clovisor.association.name=minion,clovisor.link.name=lte}"]);
            Assert.Equal(1, values["clovisor.association.status{clovisor.association.name=minion,clovisor.selection.reason=tier}"]);
            Assert.Equal(2, values["clovisor.classification.decisions{clovisor.association.name=minion}"]);
            Assert.Equal(1, values["clovisor.classification.decisions{}"]);
            Assert.Equal(3, values["clovisor.report.duration{clovisor.report.outcome=installed}"]);
            Assert.Equal(1, values["clovisor.report.duration{clovisor.report.outcome=no_association}"]);
            Assert.Equal(0, values["clovisor.datapath.packets{clovisor.datapath.reason=out_redirected}"]);
            Assert.Equal(0, values["clovisor.datapath.connections{clovisor.datapath.reason=sock_entered}"]);
            Assert.DoesNotContain("clovisor.datapath.packets{clovisor.datapath.reason=sock_entered}", values.Keys);

            lab.Cut(1);
            await TestHost.Eventually(() => reader.Read().GetValueOrDefault("clovisor.link.transitions{clovisor.link.name=lte,clovisor.link.state=no_carrier}") == 1);
            await TestHost.Eventually(() => reader.Read().GetValueOrDefault("clovisor.association.slots{clovisor.association.name=minion,clovisor.link.name=fibre}") == 64);
            Assert.Equal(1, reader.Read()["clovisor.link.status{clovisor.link.name=lte,clovisor.link.state=no_carrier}"]);
        });
    }

    [KernelFact]
    public void A_report_is_a_span_with_its_decision_and_its_entry_below_the_callers()
    {
        using var lab = new TwoLinks();
        List<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == Clovisor.Hosting.Telemetry.ClovisorTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                // Hosts of other tests report too, but not in this trace.
                if (activity.TraceId.ToHexString() == "0af7651916cd43dd8448eb211c80319c")
                {
                    lock (ended)
                    {
                        ended.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        lab.Run(async host =>
        {
            await PostAsync(host, "/v1/sessions", TwoLinks.Report("minion", 42_001));
            await PostAsync(host, "/v1/sessions/batch", $$"""{"sessions":[{{TwoLinks.Report("boss", 42_002)}},{{TwoLinks.Report("boss", 42_003)}}]}""");
        });

        Assert.Equal(["clovisor.classify", "clovisor.install", "POST /v1/sessions", "POST /v1/sessions/batch"], ended.Select(activity => activity.DisplayName));
        Activity report = ended[2];
        Assert.Equal("b7ad6b7169203331", report.ParentSpanId.ToHexString());
        Assert.Equal(ActivityKind.Server, report.Kind);
        Assert.Equal(200, report.GetTagItem("http.response.status_code"));
        Assert.Equal("/v1/sessions", report.GetTagItem("http.route"));
        Assert.All(ended[..2], step => Assert.Equal(report.SpanId, step.ParentSpanId));
        Assert.Equal("minion", ended[0].GetTagItem("clovisor.association.name"));
        Assert.Equal("app/httpbin/minion", ended[0].GetTagItem("clovisor.route.name"));
        Assert.Equal("lte", ended[1].GetTagItem("clovisor.link.name"));
        Assert.Equal(42_001, ended[1].GetTagItem("source.port"));
    }

    private static async Task PostAsync(TestHost host, string path, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }
}
