using System.Text;
using Clovisor.Istio.Re2;
using CsCheck;

namespace Clovisor.Istio.Tests.Re2;

public sealed class Re2AutomatonTests
{
    private static readonly string[] Atoms =
    [
        "a", "b", "ab", "_", "-", "\\n", " ", ".", "[ab]", "[^a]", "[^\\n-]", "\\w", "\\W", "\\d", "\\s", "(?s:.)", "^", "$", "\\A", "\\z", "\\b", "\\B", "(?m:^)", "(?m:$)", "(?i:A)", "é", "[é]", "\\x{e9}",
        "(?:)", "(?:a|)", "(?:|a|ab)", "(?:ab|a)", "(?:^|b)", "(?:a\\b|-)",
    ];

    private static readonly string[] Operators = ["", "", "", "*", "+", "?", "{2}", "{0}", "{1,3}", "{2,}", "*?"];

    private static readonly Gen<string> Atom = OneOf(Atoms).Select(OneOf(Operators), static (a, o) => a.Length > 1 && o.Length > 0 ? $"(?:{a}){o}" : a is "^" or "$" ? a : a + o);

    private static readonly Gen<string> Sequence = Atom.Array[0, 5].Select(string.Concat);

    private static readonly Gen<string> Expression =
        Gen.Select(Sequence, Sequence, Sequence, OneOf(Operators)).Select(static (a, b, c, o) => $"{a}(?:{b}|{c}){o}");

    private static readonly Gen<string> Text = OneOf(["a", "b", "A", "B", "_", "-", "\n", " ", "0", "é", "\ud800"]).Array[0, 8].Select(string.Concat);

    [Fact]
    public void Matches_what_the_expression_means()
    {
        int matched = 0;
        Expression.Select(Text.Array[12]).Sample(
            (expression, texts) =>
            {
                Re2Node parsed = Re2Parser.Parse(expression).Expression;
                var automaton = new Re2Automaton(Re2Compiler.Compile(parsed));
                foreach (byte[] text in texts.Select(Encoding.UTF8.GetBytes))
                {
                    bool expected = new Re2Meaning(text).IsFullMatch(parsed);
                    Assert.True(expected == automaton.IsMatch(text), $"'{expression}' and '{Encoding.UTF8.GetString(text)}': it means {expected}");
                    if (expected)
                    {
                        Interlocked.Increment(ref matched);
                    }
                }
            },
            iter: 4000);
        Assert.True(matched > 2000, $"only {matched} texts matched");
    }

    // Thousands of states: more than there is room for, so that the instructions themselves are followed.
    [Fact]
    public void Goes_on_where_the_states_have_no_room()
    {
        var automaton = new Re2Automaton(Re2Compiler.Compile(Re2Parser.Parse("(?:.|\\b)*[ab].{14}").Expression));
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(400)).Select(_ => "abcd"[random.Next(4)]));
            Assert.Equal(text.Length >= 15 && text[^15] is 'a' or 'b', automaton.IsMatch(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Fact]
    public void Follows_instructions_alone_where_the_first_state_is_too_large()
    {
        string expression = string.Join('|', Enumerable.Range(0, 5000).Select(static i => $"/service-{i}/[^/]+"));
        Re2Expression parsed = Re2Expression.Parse(expression);
        Assert.True(parsed.IsFullMatch("/service-4999/item"));
        Assert.False(parsed.IsFullMatch("/service-5000/item"));
    }

    [Fact]
    public void Refuses_what_RE2_has_no_room_for()
    {
        Assert.Null(Re2Expression.TryParse("(?:[a-c]{9}[d-f]{9})" + new string('x', 90_000) + "", out string error));
        Assert.Contains("too large", error, StringComparison.Ordinal);
        Assert.NotNull(Re2Expression.TryParse("(?:abcdefghijk){1000}", out _));
    }

    [Fact]
    public async Task Makes_its_states_once_for_many_threads()
    {
        string[] texts = [.. Enumerable.Range(0, 500).Select(static i => $"/service-{i}/{new string('x', i % 40)}-{i:x}")];
        for (int round = 0; round < 20; round++)
        {
            var automaton = new Re2Automaton(Re2Compiler.Compile(Re2Parser.Parse("/service-[0-9]*[02468]/x*-(?:[0-9a-f]{1,3}\\b)+").Expression));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                for (int i = 0; i < texts.Length; i++)
                {
                    int at = (i * (thread + 1)) % texts.Length;
                    Assert.Equal(at % 2 == 0, automaton.IsMatch(Encoding.UTF8.GetBytes(texts[at])));
                }
            })));
        }
    }

    [Fact]
    public void Takes_little_memory_for_each_of_many_expressions()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Re2Expression[] expressions = [.. Enumerable.Range(0, 1000).Select(static i => Re2Expression.Parse($"/service-[0-9]*{i:D5}/.*"))];
        Assert.All(expressions, static (e, i) => Assert.True(e.IsFullMatchByAutomaton($"/service-{i:D5}/item")));
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / expressions.Length;
        GC.KeepAlive(expressions);
        Assert.True(each < 16_384, $"{each} bytes an expression");
    }

    [Fact]
    public void Allocates_nothing_for_what_it_has_seen()
    {
        Re2Expression expression = Re2Expression.Parse("/a/[^/]+/b.*");
        string longText = $"/a/{new string('x', 5000)}/bé";
        Assert.True(expression.IsFullMatch("/a/xé/b") && expression.IsFullMatch(longText));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            expression.IsFullMatch("/a/xé/b");
            expression.IsFullMatch(longText);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
