using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class ReportingClassifierTests : IAsyncDisposable
{
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"clvt-{Guid.NewGuid():N}.sock");
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _destination = IPEndPoint.Parse("10.96.1.1:80");
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _reports = [];
    private WebApplication? _agent;
    private volatile int _delay;
    private volatile int _revision = 1;

    public ReportingClassifierTests() => _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    [Fact]
    public async Task Tells_the_agent_the_tuple_and_only_what_the_rules_look_at()
    {
        await StartAgentAsync();
        using ReportingClassifier classifier = await StartAsync();
        await ClassifyAsync(classifier);

        string report = Assert.Single(_reports);
        Assert.Equal(
            $$"""{"protocol":"tcp","source":"{{_bound.LocalEndPoint}}","destination":"10.96.1.1:80","method":"GET","scheme":"http","authority":"httpbin","path":"/x?y","headers":[{"name":"user","value":"boss"}]}""",
            report);
    }

    [Fact]
    public async Task A_slow_agent_costs_its_limit_once_and_a_recovery_is_a_new_epoch()
    {
        await StartAgentAsync();

        // The first report compiles code on both sides; what is measured comes after.
        using (ReportingClassifier first = await StartAsync())
        {
            await ClassifyAsync(first);
        }

        using ReportingClassifier classifier = await StartAsync(limitMilliseconds: 50);
        _delay = 400;
        long started = TimeProvider.System.GetTimestamp();
        Assert.False(await ClassifyAsync(classifier));
        Assert.True(await ClassifyAsync(classifier));
        Assert.True(await ClassifyAsync(classifier));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(390));
        Assert.Equal(0, classifier.Rules.Generation.Epoch);

        _delay = 0;
        await WaitAsync(() => classifier.Rules.Generation.Epoch == 1);
    }

    [Fact]
    public async Task An_answer_by_other_rules_than_the_pools_is_refused()
    {
        await StartAgentAsync();
        using ReportingClassifier classifier = await StartAsync();
        _revision = 2;
        await Assert.ThrowsAsync<RulesChangedException>(() => ClassifyAsync(classifier, new RuleGeneration(1, 0)));
        Assert.Equal(2, classifier.Rules.Generation.Revision);
    }

    [Fact]
    public async Task Without_an_agent_connections_go_without_a_class()
    {
        using var classifier = new ReportingClassifier(new AgentClient(_socket), TimeSpan.FromMilliseconds(50), TimeProvider.System, NullLogger.Instance);
        Assert.True(await ClassifyAsync(classifier, default));
        Assert.Equal(RuleFields.None, classifier.Rules.Fields);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        _bound.Dispose();
        _stop.Dispose();
        File.Delete(_socket);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }

    private Task<bool> ClassifyAsync(ReportingClassifier classifier, RuleGeneration? generation = null)
    {
        var headers = new HeaderDictionary { ["user"] = "boss", ["cookie"] = "secret" };
        return classifier.ClassifyAsync(
            _bound, _destination, new RequestHead("GET", "http", "httpbin", "/x?y", headers), generation ?? classifier.Rules.Generation,
            TestContext.Current.CancellationToken).AsTask();
    }

    private async Task<ReportingClassifier> StartAsync(int limitMilliseconds = 5000)
    {
        var classifier = new ReportingClassifier(new AgentClient(_socket), TimeSpan.FromMilliseconds(limitMilliseconds), TimeProvider.System, NullLogger.Instance);
        _ = classifier.RunAsync(_stop.Token);
        await WaitAsync(() => classifier.Rules.Generation.Revision > 0);
        return classifier;
    }

    private async Task StartAgentAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(_socket));
        _agent = builder.Build();
        _agent.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync(context.RequestAborted);
            string answer = "{}";
            if (context.Request.Path == "/v1/rules")
            {
                answer = $$"""{"revision":{{_revision}},"fields":{"headers":["user"]},"reports":0}""";
            }
            else
            {
                if (context.Request.Path == "/v1/sessions")
                {
                    _reports.Add(body);
                    answer = $$"""{"association":"boss","link":"wan0","route":"app/httpbin/boss","revision":{{_revision}}}""";
                }

                await Task.Delay(TimeSpan.FromMilliseconds(_delay), TimeProvider.System, context.RequestAborted);
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer, context.RequestAborted);
        });
        await _agent.StartAsync();
    }
}
