using Clovisor.Hosting.Classification;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Tests.Classification;

public sealed class RequestClassifierTests
{
    [Theory]
    [InlineData("boss", "boss", "app/httpbin/boss", null)]
    [InlineData("minion", "minion", "app/httpbin/minion", (byte)10)]
    [InlineData("nobody", null, "app/httpbin/rest", null)]
    public async Task The_rule_that_matches_decides(string user, string? association, string route, byte? dscp)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        ClassifiedRequest classified = host.Get<RequestClassifier>().Classify(80, Request("httpbin.app.svc.cluster.local", user));

        Assert.Equal(association, classified.Association);
        Assert.Equal(route, classified.Route);
        Assert.Equal(dscp, classified.Dscp);
        Assert.Equal(1, classified.Revision);
    }

    [Theory]
    [InlineData(81, "httpbin.app.svc.cluster.local")]
    [InlineData(80, "elsewhere.example")]
    public async Task What_no_rule_decides_has_no_association(int port, string authority)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        ClassifiedRequest classified = host.Get<RequestClassifier>().Classify(port, Request(authority, "minion"));

        Assert.Null(classified.Association);
        Assert.Null(classified.Route);
    }

    [Fact]
    public async Task A_route_that_was_asked_for_before_costs_no_memory()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        RequestClassifier classifier = host.Get<RequestClassifier>();
        RouteRequest request = Request("httpbin.app.svc.cluster.local", "minion");
        classifier.Classify(80, request);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            classifier.Classify(80, request);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RouteRequest Request(string authority, string user) => new()
    {
        Authority = authority,
        Headers = new RouteHeader[] { new("user", user) },
    };
}
