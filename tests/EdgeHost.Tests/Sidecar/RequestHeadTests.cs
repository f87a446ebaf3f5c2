using Clovisor.EdgeHost.Sidecar;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class RequestHeadTests
{
    [Theory]
    [InlineData("/a%20b/../c?q=1,2", "/a%20b/../c?q=1,2")]
    [InlineData("http://httpbin/a?b", "/a?b")]
    [InlineData("http://httpbin", "/")]
    public void The_target_is_what_was_sent(string raw, string target)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = raw;
        Assert.Equal(target, RequestHead.Of(context).Target);
    }

    [Fact]
    public void Only_headers_that_rules_look_at_are_picked()
    {
        var headers = new HeaderDictionary { ["user"] = "boss", ["authorization"] = "secret", ["x"] = new(["1", "2"]) };
        var head = new RequestHead("GET", "http", "h", "/", headers);

        Assert.Equal(["user=boss", "x=1", "x=2"], head.Pick(["user", "x", "absent"]).Select(h => $"{h.Name}={h.Value}"));
    }
}
