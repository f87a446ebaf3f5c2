using System.Globalization;
using System.Text;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Serialization;

/// <summary>What nobody should write: an error with file and line, and no more memory than the input deserves.</summary>
public sealed class BadInputTests
{
    private const string Head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: app}\nspec:\n  hosts: [a.com]\n  http:\n";

    [Theory]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n\thosts: [a]\n", 5)]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [a]\n  hosts: [b]\n", 6)]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [n], http: [{route: [{destination: {host: on}}]}]}\n", 4)]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualServise\nmetadata: {name: v}\nspec: {}\n", 2)]
    [InlineData("kind: VirtualService\nmetadata: {name: v}\n", 1)]
    [InlineData("- a\n- b\n", 1)]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [a\n", 5)]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: *unknown\n", 4)]
    public void Is_refused_with_its_line(string text, int line)
    {
        IstioReadResult read = IstioYaml.Read([new NamedText("bad.yaml", text)], null);
        Assert.Null(read.Configuration);
        Assert.Contains(read.Errors, e => e.Source.File == "bad.yaml" && Math.Abs(e.Source.Line - line) <= 1);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text() =>
        Assert.Empty(IstioYaml.Read("\uFEFF" + Head + "  - {route: [{destination: {host: a.com}}]}\n").Errors);

    [Fact]
    public void Anchors_that_multiply_do_not_fill_the_memory()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            string before = $"*a{(i - 1).ToString(CultureInfo.InvariantCulture)}";
            bomb.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat(before, 10))}]\n");
        }

        long before0 = GC.GetAllocatedBytesForCurrentThread();
        IstioReadResult read = IstioYaml.Read($"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v}}\nspec:\n  hosts: [a.com]\n{bomb.ToString().Replace("\na", "\n  a", StringComparison.Ordinal).Insert(0, "  ")}");
        Assert.NotEmpty(read.Errors);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before0 < 100_000_000, "a few hundred bytes of text must not become a hundred megabytes");
    }

    [Fact]
    public void Ten_thousand_rules_and_ten_megabytes_are_read()
    {
        var text = new StringBuilder(Head);
        for (int i = 0; i < 10_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{name: r{i}, match: [{{uri: {{prefix: /service-{i:D5}/}}, headers: {{x-long: {{exact: {new string('x', 900)}}}}}}}], route: [{{destination: {{host: a.com}}}}]}}\n");
        }

        IstioReadResult read = IstioYaml.Read(text.ToString());
        Assert.Empty(read.Errors);
        Assert.Equal(10_000, read.Configuration!.VirtualServices[0].Http.Length);
    }
}
