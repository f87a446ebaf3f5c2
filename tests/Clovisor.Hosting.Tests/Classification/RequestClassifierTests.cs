using System.Net;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Associations;

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

    [Theory]
    [InlineData("httpbin.app.svc.cluster.local", "boss", 80, "boss")] // what names the rule goes before every flow
    [InlineData("httpbin.app.svc.cluster.local", "nobody", 80, "guests")] // no association names that rule
    [InlineData("elsewhere.example", "nobody", 80, "guests")] // no rule
    [InlineData("elsewhere.example", "other", 80, null)]
    [InlineData("elsewhere.example", "nobody", 81, "guests")] // no table either
    public async Task Where_no_association_names_the_rule_flows_decide(string authority, string user, int port, string? association)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("guests.yaml", Guests("sticky: none"));
        await using TestHost host = await TestHost.StartAsync(folder);

        Assert.Equal(association, host.Get<RequestClassifier>().Classify(port, Request(authority, user)).Association);
        Assert.Contains("user", host.Get<SnapshotStore>().Current!.Fields.Headers);
    }

    [Fact]
    public async Task Addresses_and_ports_of_the_session_are_held_against_flows()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("net.yaml", """
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: { name: net }
            spec: { match: { flows: [{ destinations: [10.77.0.0/16], ports: [8080], protocols: [tcp] }] }, tiers: [{ links: [fibre] }] }
            """);
        await using TestHost host = await TestHost.StartAsync(folder);
        ClovisorSnapshot snapshot = host.Get<SnapshotStore>().Current!;

        string? Of(string destination) => host.Get<RequestClassifier>().Classify(
            snapshot, 80, Request("elsewhere.example", "nobody"), new RequestFacts(6, IPEndPoint.Parse("10.9.0.1:41000"), IPEndPoint.Parse(destination))).Association;

        Assert.Equal("net", Of("10.77.3.4:8080"));
        Assert.Null(Of("10.77.3.4:80"));
        Assert.Null(Of("10.78.3.4:8080"));
    }

    [Theory]
    [InlineData("sticky: user")]
    [InlineData("sticky: header:User")]
    public async Task One_user_takes_one_slot_as_the_sticky_key_says(string sticky)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("guests.yaml", Guests(sticky));
        await using TestHost host = await TestHost.StartAsync(folder);
        ClovisorSnapshot snapshot = host.Get<SnapshotStore>().Current!;

        byte?[] slots =
        [
            .. from port in Enumerable.Range(41_000, 5)
               select host.Get<RequestClassifier>().Classify(
                   snapshot, 80, Request("elsewhere.example", "nobody"), new RequestFacts(6, new IPEndPoint(IPAddress.Parse("10.9.0.1"), port), IPEndPoint.Parse("10.77.3.4:80"))).Slot,
        ];

        byte? expected = new StickyKey(StickyKind.User).SlotOf(new SessionFacts { User = "nobody" });
        Assert.NotNull(expected);
        Assert.All(slots, slot => Assert.Equal(expected, slot));
    }

    private static string Guests(string sticky) => $$"""
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: guests }
        spec: { match: { flows: [{ users: [nobody] }] }, tiers: [{ links: [fibre] }], {{sticky}} }
        """;

    private static RouteRequest Request(string authority, string user) => new()
    {
        Authority = authority,
        Headers = new RouteHeader[] { new("user", user) },
    };
}
