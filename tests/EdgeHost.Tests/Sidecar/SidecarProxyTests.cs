using System.Globalization;
using System.Net;
using Clovisor.EdgeHost.Agent;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class SidecarProxyTests
{
    [Fact]
    public async Task Requests_reach_the_server_as_they_were_sent()
    {
        await using SidecarBed bed = await SidecarBed.StartAsync(new FakeClassifier());

        Assert.Equal("GET httpbin.example.com /a%20b/c?q=1,2 ", await bed.SendAsync(HttpMethod.Get, "/a%20b/c?q=1,2", "boss"));
        Assert.Equal("POST httpbin.example.com /up hello", await bed.SendAsync(HttpMethod.Post, "/up", "boss", "hello"));
    }

    [Fact]
    public async Task The_source_is_bound_and_told_before_the_connection_is_made()
    {
        var classifier = new FakeClassifier();
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);
        await bed.SendAsync(HttpMethod.Get, "/", "boss");

        (IPEndPoint source, string user, bool connected) = Assert.Single(classifier.Asked);
        Assert.Equal(IPAddress.Loopback, source.Address);
        Assert.NotEqual(0, source.Port);
        Assert.Equal("boss", user);
        Assert.False(connected);
    }

    /// <summary>The answer may still come, and would then move a connection that is under way.</summary>
    [Fact]
    public async Task A_port_whose_report_is_in_doubt_is_not_used()
    {
        var classifier = new FakeClassifier { InDoubt = true };
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("user", "boss");
        using HttpResponseMessage response = await bed.Client.SendAsync(request, TestContext.Current.CancellationToken);

        IPEndPoint source = Assert.Single(classifier.Asked).Source;
        Assert.NotEqual(source.Port.ToString(CultureInfo.InvariantCulture), Assert.Single(response.Headers.GetValues("peer-port")));
        Assert.Equal(source, Assert.Single(classifier.ClosedSources));
    }

    [Fact]
    public async Task A_connection_never_carries_requests_of_two_classes()
    {
        var classifier = new FakeClassifier();
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);
        string[] users = ["boss", "minion", "guest"];
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async worker =>
        {
            for (int i = 0; i < 60; i++)
            {
                Assert.StartsWith("GET", await bed.SendAsync(HttpMethod.Get, "/", users[(worker + (i * i)) % 3]), StringComparison.Ordinal);
            }
        }));

        Assert.All(bed.Connections.Values, carried => Assert.Single(carried));
        Assert.Equal(3, bed.Pools.Count);
        Assert.Equal(users.Order(), bed.Connections.Values.SelectMany(c => c.Keys).Distinct().Order());
        Assert.True(bed.Connections.Count < 200, "connections are reused");
    }

    /// <summary>The control: with rules that look at nothing the same requests do share.</summary>
    [Fact]
    public async Task Users_share_connections_where_no_rule_looks_at_them()
    {
        await using SidecarBed bed = await SidecarBed.StartAsync(new FakeClassifier { Fields = RuleFields.None });
        await bed.SendAsync(HttpMethod.Get, "/", "boss");
        await bed.SendAsync(HttpMethod.Get, "/", "minion");

        Assert.Equal(2, Assert.Single(bed.Connections.Values).Count);
    }

    [Fact]
    public async Task A_change_of_the_rules_while_connecting_sends_the_request_anew_with_its_body()
    {
        var classifier = new FakeClassifier();
        bool changed = false;
        classifier.BeforeAnswer = () =>
        {
            if (!changed)
            {
                changed = true;
                classifier.Change();
            }
        };
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);

        Assert.Equal("POST httpbin.example.com /up hello", await bed.SendAsync(HttpMethod.Post, "/up", "boss", "hello"));
        Assert.Equal(2, classifier.Asked.Count);
        Assert.Equal(classifier.Asked.First().Source, Assert.Single(classifier.ClosedSources));
    }

    [Fact]
    public async Task Connections_of_old_rules_take_no_new_requests_and_are_closed()
    {
        var classifier = new FakeClassifier();
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);
        await bed.SendAsync(HttpMethod.Get, "/", "boss");
        classifier.Change();
        await bed.SendAsync(HttpMethod.Get, "/", "boss");
        Assert.Equal(2, bed.Connections.Count);
        Assert.Equal(2, bed.Pools.Count);

        bed.Pools.Sweep();
        Assert.Equal(1, bed.Pools.Count);
        Assert.Equal(classifier.Asked.First().Source, Assert.Single(classifier.ClosedSources));
    }

    [Fact]
    public async Task What_only_asks_is_asked_again_when_its_connection_is_cut_off()
    {
        await using SidecarBed bed = await SidecarBed.StartAsync(new FakeClassifier());
        bed.Failures.Value = 1;
        Assert.StartsWith("GET", await bed.SendAsync(HttpMethod.Get, "/", "boss"), StringComparison.Ordinal);
        Assert.Equal(2, bed.Connections.Count);
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_done_again()
    {
        await using SidecarBed bed = await SidecarBed.StartAsync(new FakeClassifier());
        bed.Failures.Value = 1;
        Assert.Equal("status 502", await bed.SendAsync(HttpMethod.Post, "/up", "boss", "hello"));
        Assert.Single(bed.Connections);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_bad_gateway()
    {
        var classifier = new FakeClassifier();
        await using SidecarBed bed = await SidecarBed.StartAsync(classifier);
        await bed.StopServerAsync();

        Assert.Equal("status 502", await bed.SendAsync(HttpMethod.Get, "/", "boss"));
        Assert.Equal(classifier.Asked.Count, classifier.ClosedSources.Count);
    }
}
