using Clovisor.Istio.Re2;
using CsCheck;

namespace Clovisor.Istio.Tests.Re2;

public sealed class RequiredLiteralTests
{
    // Pieces of expressions, and texts that each of them matches.
    private static readonly (string Piece, string[] Texts)[] Pieces =
    [
        ("a", ["a"]), ("ab", ["ab"]), ("/x/", ["/x/"]), ("[a-c]", ["a", "c"]), ("[^/]*", ["", "ab-"]), (".*", ["", "/x/ab"]), ("\\d+", ["7", "42"]), ("(ab)?", ["", "ab"]),
        ("c+", ["c", "ccc"]), ("c*", ["", "cc"]), ("xy?", ["x", "xy"]), ("x{2}", ["xx"]), ("x{0,1}", ["", "x"]), ("\\.", ["."]), ("\\w", ["a", "_"]), ("{", ["{"]), ("{a}", ["{a}"]), ("[]a]+", ["]a"]),
        ("[[:digit:]]{0,2}", ["", "12"]), ("(?:x/)*y", ["y", "x/y"]), ("(?P<id>ab)", ["ab"]), ("\\x41", ["A"]), ("(?s)", [""]), ("$", [""]), ("a|ab", ["a", "ab"]), ("(?i:ab)", ["AB", "ab"]), ("\\Qa.b\\E", ["a.b"]), ("é", ["é"]),
    ];

    [Theory]
    [InlineData("/service-[0-9]*00042/.*", "/service-", "00042/")]
    [InlineData("^/a\\.b+c$", "/a.b", "")]
    [InlineData("/a/(b|c)/long", "", "")]
    [InlineData("(?i)/a/long", "", "")]
    [InlineData("/v{2}/items/x?", "/", "/items/")]
    [InlineData("[^]]+/items", "", "/items")]
    [InlineData("\\x41bcd", "", "")]
    public void Is_what_cannot_be_missing(string expression, string prefix, string inner) =>
        Assert.Equal(new RequiredLiteral(prefix, inner), RequiredLiteral.Of(expression));

    [Fact]
    public void Never_keeps_an_expression_from_a_match()
    {
        int matched = 0;
        Gen.Int[0, Pieces.Length - 1].Array[1, 6].Select(Gen.Int[0, 99].Array[6]).Sample(
            (pieces, picks) =>
            {
                string expression = string.Concat(pieces.Select(static p => Pieces[p].Piece));
                string text = string.Concat(pieces.Select((p, i) => Pieces[p].Texts[picks[i] % Pieces[p].Texts.Length]));
                if (Re2Expression.TryParse(expression, out _) is { } parsed && parsed.IsFullMatchByAutomaton(text))
                {
                    Interlocked.Increment(ref matched);
                    Assert.True(parsed.IsFullMatch(text), $"{expression} matches {text}, and is kept from it by {RequiredLiteral.Of(expression)}");
                }
            },
            iter: 5000);
        Assert.True(matched > 1000, $"only {matched} expressions matched");
    }
}
