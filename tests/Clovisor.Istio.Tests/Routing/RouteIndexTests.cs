using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using CsCheck;

namespace Clovisor.Istio.Tests.Routing;

public sealed class RouteIndexTests
{
    private static readonly Gen<string> Paths = Choice.Of("/", "/a", "/a/b", "/ab", "/A", "/b", "/b/c/d", "");

    private static readonly Gen<StringMatch> Uris = Gen.Select(
        Choice.Of(StringMatchKind.Exact, StringMatchKind.Prefix, StringMatchKind.Prefix, StringMatchKind.Regex),
        Paths,
        static (kind, path) => new StringMatch(kind, kind == StringMatchKind.Regex ? path + ".*" : path));

    private static readonly Gen<HeaderMatcher> Headers = Gen.Select(
        Choice.Of("user", "x-a", ":method", "host", "x-forwarded-proto"),
        Choice.Of(StringMatchKind.Exact, StringMatchKind.Exact, StringMatchKind.Prefix, StringMatchKind.Present),
        Choice.Of("boss", "minion", "GET", "http", "h"),
        Gen.Bool,
        static (name, kind, value, inverted) => new HeaderMatcher(name, StringMatcher.From(new StringMatch(kind, value)), inverted));

    private static readonly Gen<Route> Routes = Gen.Select(
        Uris,
        Gen.Bool,
        Headers.Array[0, 3],
        static (uri, ignoreCase, headers) => new Route("r", PathMatcher.From(uri, ignoreCase), headers, [], new DirectResponseAction(200, "")));

    private static readonly Gen<RouteRequest> Requests = Gen.Select(
        Paths,
        Gen.Select(Choice.Of("user", "USER", "x-a", "x-forwarded-proto"), Choice.Of("boss", "minion", "http"), static (n, v) => new RouteHeader(n, v)).Array[0, 4],
        static (path, headers) => new RouteRequest { Path = path, Authority = "h", Headers = headers });

    /// <summary>For every list of routes and every request the index finds the route that trying them in order finds.</summary>
    [Fact]
    public void The_index_finds_what_trying_in_order_finds() =>
        Gen.Select(Routes.Array[12, 60], Requests.Array[20]).Sample(static (routes, requests) =>
        {
            var host = new VirtualHost("h", ["*"], [.. routes], false);
            foreach (RouteRequest request in requests)
            {
                var view = new RequestView(request, request.Path, request.Authority, RequestTarget.SchemeOf(request));
                Assert.Same(host.FindInOrder(view), host.Find(view));
            }
        });

    [Fact]
    public void A_short_list_has_no_index() => Assert.Null(RouteIndex.Build([]));
}
