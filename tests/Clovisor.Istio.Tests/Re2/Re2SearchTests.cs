using System.Text.RegularExpressions;
using Clovisor.Istio.Re2;
using CsCheck;

namespace Clovisor.Istio.Tests.Re2;

public sealed class Re2SearchTests
{
    // What reads the same to both engines. No loop here is of something that can be empty.
    private static readonly string[] Atoms = ["a", "b", "ab", "[ab]", "[^a]", ".", "\\d", "(a)", "(b|a)", "(a|ab)", "(?:ab|a)", "(a)|b", "\\b", "^", "$"];
    private static readonly string[] Operators = ["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,2}?"];

    private static readonly Gen<string> Item = Gen.Int[0, Atoms.Length - 1].Select(Gen.Int[0, Operators.Length - 1], static (a, o) => Atoms[a] is "\\b" or "^" or "$" ? Atoms[a] : $"(?:{Atoms[a]}){Operators[o]}");

    private static readonly Gen<string> Expression = Item.Array[1, 4].Select(Item.Array[0, 2], Gen.Bool, static (one, other, choice) => choice ? $"{string.Concat(one)}|{string.Concat(other)}" : $"{string.Concat(one)}({string.Concat(other)})");

    private static readonly Gen<string> Text = Gen.Int[0, 5].Select(static i => "abc1/ "[i]).Array[0, 12].Select(static c => new string(c));

    [Fact]
    public void Finds_and_replaces_as_a_backtracking_engine_does()
    {
        int found = 0;
        Expression.Select(Text.Array[8]).Sample(
            (expression, texts) =>
            {
                Re2Expression parsed = Re2Expression.Parse(expression);

                // Its $ is also before a newline at the end; the texts have none.
                var engine = new Regex(expression, RegexOptions.CultureInvariant);
                int groups = engine.GetGroupNumbers().Length;
                string substitution = $"<\\0,{(groups > 1 ? "\\1" : "")},{(groups > 2 ? "\\2" : "")}>";
                foreach (string text in texts)
                {
                    int lastEnd = -1;
                    string expected = engine.Replace(text, match =>
                    {
                        bool counts = match.Length > 0 || match.Index != lastEnd;
                        lastEnd = counts ? match.Index + match.Length : lastEnd;
                        Interlocked.Add(ref found, match.Length > 0 ? 1 : 0);
                        return counts ? $"<{match.Value},{(groups > 1 ? match.Groups[1].Value : "")},{(groups > 2 ? match.Groups[2].Value : "")}>" : "";
                    });
                    Assert.Equal($"{expression}: {expected}", $"{expression}: {parsed.Replace(text, substitution)}");
                }
            },
            iter: 3000);
        Assert.True(found > 5000, $"only {found} occurrences");
    }

    [Theory]
    [InlineData("(?:a?)*?b", "aab", "<>")]
    [InlineData("(|a)+", "aa", "<>a<>a<>")]
    [InlineData("(|a)*", "aa", "<>a<>a<>")]
    [InlineData("(a|)*", "aab", "<>b<>")]
    [InlineData("(?:a{1,3}|){2}", "", "<>")]
    [InlineData("\\b", "ab c", "<>ab<> <>c<>")]
    [InlineData("(?m)^", "a\nb", "<>a\n<>b")]
    public void Prefers_as_RE2_does_where_loops_can_be_empty(string expression, string text, string expected) =>
        Assert.Equal(expected, Re2Expression.Parse(expression).Replace(text, "<>"));

    [Fact]
    public void Is_linear_where_others_explode()
    {
        string text = new('a', 20_000);
        Assert.Equal("x", Re2Expression.Parse("(?:a*)*(?:a|aa)+$").Replace(text, "x"));
    }

    [Fact]
    public void Replaces_by_an_expression_as_large_as_RE2_takes() =>
        Assert.Equal("/<kk>", Re2Expression.Parse("(?:abcdefghijk){1000}").Replace($"/{string.Concat(Enumerable.Repeat("abcdefghijk", 1000))}", "<kk>"));
}
