using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Tests.Matching;

public sealed class QueryMatcherTests
{
    [Theory]
    [InlineData("x=1", true)]
    [InlineData("a=b&x=1", true)]
    [InlineData("&&x=1", true)]
    [InlineData("x=1&x=2", true)]
    [InlineData("x=2&x=1", false)]
    [InlineData("X=1", false)]
    [InlineData("x=%31", false)]
    [InlineData("x=1=", false)]
    [InlineData("x", false)]
    [InlineData("", false)]
    [InlineData("a=b?x=1", false)]
    [InlineData("x=2;x=1", false)]
    public void The_first_value_of_the_name_counts_and_nothing_is_decoded(string query, bool expected) =>
        Assert.Equal(expected, new QueryMatcher("x", StringMatcher.From(new StringMatch(StringMatchKind.Exact, "1"))).IsMatch(query));

    [Theory]
    [InlineData("x", true)]
    [InlineData("x=", true)]
    [InlineData("y", false)]
    public void A_name_without_a_value_has_an_empty_one(string query, bool expected) =>
        Assert.Equal(expected, new QueryMatcher("x", StringMatcher.From(new StringMatch(StringMatchKind.Exact, ""))).IsMatch(query));
}
