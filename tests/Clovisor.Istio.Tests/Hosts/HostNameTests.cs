using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Tests.Hosts;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("*.foo.com", "a.foo.com", true)]
    [InlineData("*.foo.com", "a.b.foo.com", true)]
    [InlineData("*.foo.com", "foo.com", false)]
    [InlineData("*foo.com", "barfoo.com", true)]
    [InlineData("*foo.com", "foo.com", true)]
    [InlineData("*", "anything", true)]
    [InlineData("*.com", "*.foo.com", true)]
    [InlineData("*.foo.com", "*.bar.com", false)]
    [InlineData("a.*.com", "a.b.com", false)]
    public void A_wildcard_matches_by_the_text_after_its_star(string a, string b, bool expected)
    {
        Assert.Equal(expected, HostName.Matches(a, b));
        Assert.Equal(expected, HostName.Matches(b, a));
    }

    [Theory]
    [InlineData("a.foo.com", "*.foo.com", true)]
    [InlineData("*.foo.com", "a.foo.com", false)]
    [InlineData("*.a.foo.com", "*.foo.com", true)]
    [InlineData("*.foo.com", "*.a.foo.com", false)]
    [InlineData("a.foo.com", "a.foo.com", true)]
    public void A_subset_is_one_way(string host, string other, bool expected) => Assert.Equal(expected, HostName.IsSubsetOf(host, other));

    [Fact]
    public void An_intersection_holds_the_more_specific_of_each_pair() =>
        Assert.Equal(["a.foo.com", "*.b.com"], HostName.Intersect(["*.foo.com", "*.com"], ["a.foo.com", "*.b.com"]));

    [Theory]
    [InlineData("reviews", "reviews.prod.svc.cluster.local")]
    [InlineData("reviews.test", "reviews.test")]
    [InlineData("*", "*")]
    [InlineData("*foo", "*foo")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::1", "::1")]
    public void Only_a_name_without_dots_is_short(string host, string expected) => Assert.Equal(expected, HostName.Complete(host, "prod", "cluster.local"));

    [Theory]
    [InlineData("mesh", "mesh")]
    [InlineData("gw", "app/gw")]
    [InlineData("./gw", "app/gw")]
    [InlineData("other/gw", "other/gw")]
    [InlineData("gw.other", "other/gw")]
    [InlineData("gw.other.svc.cluster.local", "other/gw")]
    public void A_gateway_is_named_with_its_namespace(string gateway, string expected) => Assert.Equal(expected, HostName.CompleteGateway(gateway, "app"));

    [Fact]
    public void Specific_hosts_come_first()
    {
        string[] hosts = ["*", "*.com", "b.com", "a.com", "long.com"];
        Array.Sort(hosts, HostName.CompareSpecificity);
        Assert.Equal(["long.com", "a.com", "b.com", "*.com", "*"], hosts);
    }
}
