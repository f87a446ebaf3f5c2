using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Matching;

public sealed class HeaderMatcherTests
{
    /// <summary>Each row: a condition of withoutHeaders, and whether the route matches with the header missing, empty, and "jason".</summary>
    public static TheoryData<StringMatchKind, string, bool, bool, bool> WithoutHeaders => new()
    {
        { StringMatchKind.Present, "", true, false, false },
        { StringMatchKind.Regex, "*", true, false, false },
        { StringMatchKind.Exact, "jason", true, true, false },
        { StringMatchKind.Exact, "", false, false, true },
        { StringMatchKind.Prefix, "ja", true, true, false },
        { StringMatchKind.Regex, ".*", false, false, false },
        { StringMatchKind.Regex, ".+", true, true, false },
    };

    [Theory]
    [MemberData(nameof(WithoutHeaders))]
    public void Without_headers_inverts_and_takes_a_missing_header_for_an_empty_one(StringMatchKind kind, string value, bool missing, bool empty, bool jason)
    {
        var matcher = new HeaderMatcher("user", StringMatcher.From(new StringMatch(kind, value)), inverted: true);
        Assert.Equal(missing, Matches(matcher));
        Assert.Equal(empty, Matches(matcher, ""));
        Assert.Equal(jason, Matches(matcher, "jason"));
    }

    [Theory]
    [InlineData(StringMatchKind.Present, "", false, true, true)]
    [InlineData(StringMatchKind.Exact, "jason", false, false, true)]
    [InlineData(StringMatchKind.Exact, "", false, true, false)]
    [InlineData(StringMatchKind.Prefix, "ja", false, false, true)]
    [InlineData(StringMatchKind.Regex, ".*", false, true, true)]
    public void A_missing_header_fails_every_condition(StringMatchKind kind, string value, bool missing, bool empty, bool jason)
    {
        var matcher = new HeaderMatcher("User", StringMatcher.From(new StringMatch(kind, value)), inverted: false);
        Assert.Equal(missing, Matches(matcher));
        Assert.Equal(empty, Matches(matcher, ""));
        Assert.Equal(jason, Matches(matcher, "jason"));
    }

    [Fact]
    public void Of_a_repeated_header_each_value_counts_on_its_own()
    {
        var exact = new HeaderMatcher("user", StringMatcher.From(new StringMatch(StringMatchKind.Exact, "boss")), inverted: false);
        Assert.True(Matches(exact, "minion", "boss"));
        Assert.False(Matches(exact, "boss,minion"));
        var inverted = new HeaderMatcher("user", StringMatcher.From(new StringMatch(StringMatchKind.Exact, "boss")), inverted: true);
        Assert.False(Matches(inverted, "minion", "boss"));
        Assert.True(Matches(inverted, "minion", "other"));
    }

    [Theory]
    [InlineData(":method", "PUT")]
    [InlineData(":path", "/a?b=c")]
    [InlineData(":authority", "Host:80")]
    [InlineData("Host", "Host:80")]
    [InlineData(":scheme", "http")]
    [InlineData("x-forwarded-proto", "http")]
    public void Pseudo_headers_stand_for_parts_of_the_request(string name, string value)
    {
        var request = new RouteRequest { Method = "PUT", Authority = "Host:80", Path = "/a?b=c" };
        var matcher = new HeaderMatcher(name, StringMatcher.From(new StringMatch(StringMatchKind.Exact, value)), inverted: false);
        Assert.True(matcher.IsMatch(new RequestView(request, request.Path, request.Authority, "http")));
    }

    private static bool Matches(HeaderMatcher matcher, params string[] values)
    {
        var request = new RouteRequest { Headers = values.Select(static v => new RouteHeader("USER", v)).ToArray() };
        return matcher.IsMatch(new RequestView(request, "/", "host", "http"));
    }
}
