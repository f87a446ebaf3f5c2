using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Tests.Associations;

public sealed class MeshRouteReferenceTests
{
    private static readonly MeshRoute Payments = new(MeshRouteKind.VirtualService, "shop", "httpbin", 1, "payments", 2, "minion");

    [Theory]
    [InlineData("shop/httpbin/*", RouteSpecificity.AnyRoute)]
    [InlineData("shop/httpbin/*.*", RouteSpecificity.AnyRoute)]
    [InlineData("shop/httpbin/#1", RouteSpecificity.RouteByIndex)]
    [InlineData("shop/httpbin/payments", RouteSpecificity.RouteByName)]
    [InlineData("shop/httpbin/payments.*", RouteSpecificity.RouteByName)]
    [InlineData("VirtualService:shop/httpbin/payments", RouteSpecificity.RouteByName)]
    [InlineData("shop/httpbin/payments.#2", RouteSpecificity.MatchByIndex)]
    [InlineData("shop/httpbin/#1.#2", RouteSpecificity.MatchByIndex)]
    [InlineData("shop/httpbin/payments.minion", RouteSpecificity.MatchByName)]
    [InlineData("shop/httpbin/#1.minion", RouteSpecificity.MatchByName)]
    [InlineData("shop/httpbin/#2", RouteSpecificity.None)]
    [InlineData("shop/httpbin/#11", RouteSpecificity.None)]
    [InlineData("shop/httpbin/pay", RouteSpecificity.None)]
    [InlineData("shop/httpbin/payments2", RouteSpecificity.None)]
    [InlineData("shop/httpbin/payments.boss", RouteSpecificity.None)]
    [InlineData("shop/httpbin/payments.#1", RouteSpecificity.None)]
    [InlineData("shop/other/*", RouteSpecificity.None)]
    [InlineData("other/httpbin/*", RouteSpecificity.None)]
    [InlineData("HTTPRoute:shop/httpbin/*", RouteSpecificity.None)]
    public void Says_how_closely_a_reference_names_a_route(string text, RouteSpecificity expected) =>
        Assert.Equal(expected, MeshRouteReference.Parse(text).Matches(Payments));

    [Fact]
    public void A_route_name_with_dots_is_matched_whole()
    {
        var reference = MeshRouteReference.Parse("shop/httpbin/v1.payments.eu");

        Assert.Equal(RouteSpecificity.RouteByName, reference.Matches(Payments with { RouteName = "v1.payments.eu" }));
        Assert.Equal(RouteSpecificity.MatchByName, reference.Matches(Payments with { RouteName = "v1.payments", MatchName = "eu" }));
        Assert.Equal(RouteSpecificity.MatchByName, reference.Matches(Payments with { RouteName = "v1", MatchName = "payments.eu" }));
        Assert.Equal(RouteSpecificity.None, reference.Matches(Payments with { RouteName = "v1.payments", MatchName = "us" }));
    }

    [Fact]
    public void A_route_name_may_contain_slashes() =>
        Assert.Equal(
            RouteSpecificity.RouteByName,
            MeshRouteReference.Parse("shop/httpbin/api/v1").Matches(Payments with { RouteName = "api/v1" }));

    [Fact]
    public void A_route_without_a_name_is_matched_by_position_alone()
    {
        MeshRoute unnamed = Payments with { RouteName = null, MatchName = null };

        Assert.Equal(RouteSpecificity.RouteByIndex, MeshRouteReference.Parse("shop/httpbin/#1").Matches(unnamed));
        Assert.Equal(RouteSpecificity.None, MeshRouteReference.Parse("shop/httpbin/payments").Matches(unnamed));
    }

    [Theory]
    [InlineData("httpbin", "no slash")]
    [InlineData("shop/httpbin", "one slash")]
    [InlineData("shop/httpbin/", "route is empty")]
    [InlineData("/httpbin/payments", "namespace is empty")]
    [InlineData("shop//payments", "name is empty")]
    [InlineData("TCPRoute:shop/httpbin/*", "'TCPRoute' is not a known kind")]
    [InlineData("shop/httpbin/#x", "'#x' is not an index")]
    [InlineData("shop/httpbin/#-1", "'#-1' is not an index")]
    [InlineData("shop/httpbin/*.minion", "takes none")]
    [InlineData("shop/httpbin/payments.", "match after the last dot is empty")]
    public void Refuses_what_is_no_reference_and_says_why(string text, string why)
    {
        Assert.False(MeshRouteReference.TryParse(text, out _, out string? error));
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Contains("Write namespace/name/route[.match]", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VirtualService:a/b/c.*", "a/b/c")]
    [InlineData("HTTPRoute:a/b/#0.#1", "HTTPRoute:a/b/#0.#1")]
    [InlineData("GRPCRoute:a/b/*", "GRPCRoute:a/b/*")]
    public void The_canonical_text_reads_back_as_the_same_reference(string text, string canonical)
    {
        var reference = MeshRouteReference.Parse(text);

        Assert.Equal(canonical, reference.ToString());
        Assert.Equal(reference, MeshRouteReference.Parse(canonical));
    }
}
