using Clovisor.Istio.Re2;

namespace Clovisor.Istio.Tests.Re2;

public sealed class Re2ExpressionTests
{
    [Theory]
    [InlineData("a(?=b)")]
    [InlineData("(?<!a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?>a)")]
    [InlineData("a*+")]
    [InlineData("a**")]
    [InlineData("*a")]
    [InlineData("a{1001}")]
    [InlineData("(a{100}){100}")]
    [InlineData("a{3,2}")]
    [InlineData("[z-a]")]
    [InlineData("[a")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData(@"\C")]
    [InlineData(@"\Z")]
    [InlineData(@"\8")]
    [InlineData(@"a\")]
    [InlineData("[[:nothing:]]")]
    [InlineData(@"\p{Nothing}")]
    [InlineData("(?x)a")]
    [InlineData("(?P<n>a)(?P<n>b)")]
    [InlineData(@"\x{110000}")]
    [InlineData("(?i")]
    public void Refuses_what_RE2_refuses(string pattern)
    {
        Assert.Null(Re2Expression.TryParse(pattern, out string error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("a.c", "abc", true)]
    [InlineData("a.c", "abcd", false)]
    [InlineData("a|ab", "ab", true)]
    [InlineData("^a$", "a", true)]
    [InlineData("a$", "a\n", false)]
    [InlineData("(?i)boss", "BoSS", true)]
    [InlineData("(?i:b)oss", "BOSS", false)]
    [InlineData("(?s).", "\n", true)]
    [InlineData(".", "\n", false)]
    [InlineData("a{2,3}", "aaaa", false)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("[]a]+", "]a", true)]
    [InlineData("[^]a]", "b", true)]
    [InlineData("[[:^alpha:]]", "1", true)]
    [InlineData(@"\d", "٣", false)]
    [InlineData(@"\w+", "a_9", true)]
    [InlineData(@"\Qa.b\E+", "a.bb", true)]
    [InlineData(@"\Qa.b", "a.b", true)]
    [InlineData("(?P<n>a)b", "ab", true)]
    [InlineData("(?<n>a)b", "ab", true)]
    [InlineData(@"\x41\x{42}\103", "ABC", true)]
    [InlineData(@"\pL+", "abc", true)]
    [InlineData(@"\PL", "1", true)]
    [InlineData("(?:)", "", true)]
    [InlineData("a??b", "ab", true)]
    [InlineData(@"[\d-z]+", "1-z", true)]
    public void Matches_whole_texts_as_RE2_does(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Re2Expression.Parse(pattern).IsFullMatch(text));

    [Theory]
    [InlineData("é+", "é", true)]
    [InlineData("é+", "éé", false)]
    [InlineData("[é]", "é", false)]
    [InlineData("..", "é", true)]
    [InlineData("[^a]", "é", false)]
    [InlineData(@"\x{e9}", "é", false)]
    [InlineData(@"\p{Greek}+", "αβγ", false)]
    [InlineData(".*boss.*", "bossé", true)]
    [InlineData(@"boss\b..", "bossé", true)]
    public void Sees_bytes_and_not_characters_as_Envoy_does(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Re2Expression.Parse(pattern).IsFullMatch(text));

    [Theory]
    [InlineData("^/p/([^/]+)/(.*)$", @"/\2/\1", "/p/a/b", "/b/a")]
    [InlineData("a", "b", "/a/a", "/b/b")]
    [InlineData("a*", "x", "baac", "xbxcx")]
    [InlineData("(?P<n>a)(b)", @"\2\1", "ab", "ba")]
    [InlineData("é", "e", "/é/é", "/e/e")]
    [InlineData("/", @"\\", "a/b", @"a\b")]
    [InlineData("nothing", "x", "/a", "/a")]
    public void Replaces_every_occurrence(string pattern, string substitution, string text, string expected) =>
        Assert.Equal(expected, Re2Expression.Parse(pattern).Replace(text, substitution));

    [Theory]
    [InlineData(@"\2")]
    [InlineData(@"\x")]
    [InlineData(@"a\")]
    public void Refuses_a_substitution_that_names_no_group(string substitution) =>
        Assert.NotNull(Re2Expression.Parse("(a)").CheckSubstitution(substitution));
}
