using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Tests.CommandLine;

public sealed class ArgumentsTests
{
    private static readonly Option[] Options =
    [
        new("--mode", "report|tag", "the mode", "report"),
        new("--json", "FILE", "the file"),
        new("--user", "NAME", "a user") { Repeatable = true },
        new("--limit", "TIME", "a time", "20ms"),
        new("--size", "BYTES", "a size", "10M"),
    ];

    [Fact]
    public void Takes_defaults_where_nothing_is_given()
    {
        Arguments arguments = Parse();

        Assert.Equal("report", arguments.Get("--mode"));
        Assert.Null(arguments.Find("--json"));
        Assert.Equal(TimeSpan.FromMilliseconds(20), arguments.Duration("--limit"));
        Assert.Equal(10_000_000, arguments.Bytes("--size"));
    }

    [Fact]
    public void Takes_a_value_after_a_space_or_an_equals_sign()
    {
        Assert.Equal("tag", Parse("--mode", "tag").Get("--mode"));
        Assert.Equal("tag", Parse("--mode=tag").Get("--mode"));
    }

    [Fact]
    public void Keeps_the_order_of_an_option_that_may_be_repeated() =>
        Assert.Equal(["boss", "minion"], Parse("--user", "boss", "--user", "minion").All("--user"));

    [Fact]
    public void Forms_with_a_word_in_capitals_are_no_list_of_values() =>
        Assert.Equal("edge=/etc/kubeconfig", Arguments.Parse("run", [new("--cluster", "in-cluster|NAME=KUBECONFIG", "a cluster")], ["--cluster", "edge=/etc/kubeconfig"]).Get("--cluster"));

    [Fact]
    public void Lists_every_mistake_at_once()
    {
        EdgeHostException e = Assert.Throws<EdgeHostException>(() => Parse("--mod", "tag", "--mode", "tga", "--json", "a", "--json", "b", "--user"));

        Assert.True(e.IsUsage);
        Assert.Contains("'--mod' is not one of its options. Did you mean '--mode'?", e.Message, StringComparison.Ordinal);
        Assert.Contains("--mode 'tga' is not one of report|tag. Did you mean 'tag'?", e.Message, StringComparison.Ordinal);
        Assert.Contains("--json is given twice", e.Message, StringComparison.Ordinal);
        Assert.Contains("--user needs a value (NAME)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_an_option_that_is_missing()
    {
        EdgeHostException e = Assert.Throws<EdgeHostException>(() => Arguments.Parse("cloud", [new("--control", "PATH", "the socket") { Required = true }], []));
        Assert.Contains("--control (the socket) is missing", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("1m")]
    public void Refuses_a_time_without_a_unit_it_knows(string text) =>
        Assert.Contains($"--limit '{text}' is not a time", Assert.Throws<EdgeHostException>(() => Parse("--limit", text).Duration("--limit")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("65536", 65536)]
    [InlineData("64k", 64_000)]
    [InlineData("2M", 2_000_000)]
    public void Reads_sizes_in_decimal_units(string text, long bytes) => Assert.Equal(bytes, Parse("--size", text).Bytes("--size"));

    [Fact]
    public void Refuses_a_size_that_does_not_fit() => Assert.Throws<EdgeHostException>(() => Parse("--size", "99999999999999999M").Bytes("--size"));

    private static Arguments Parse(params string[] words) => Arguments.Parse("demo", Options, words);
}
