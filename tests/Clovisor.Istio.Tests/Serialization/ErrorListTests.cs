using System.Text.Json;
using System.Text.RegularExpressions;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Tests.Serialization;

/// <summary>All errors of an object are listed at once: those of reading and those of its meaning, and no consequence of another.</summary>
public sealed partial class ErrorListTests
{
    [Fact]
    public void A_misspelt_field_hides_no_other_mistake_of_its_object()
    {
        IstioReadResult result = IstioYaml.Read("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: httpbin, namespace: app}
            spec:
              hosts: [httpbin]
              http:
              - mach: [{headers: {user: {exact: boss}}}]
                route: [{destination: {host: httpbin, port: {number: 99999}}}]
              - match: [{headers: {user: {regex: "min(ion"}}}]
                route: [{destination: {host: httpbin}}]
            """);

        Assert.Equal(
            ["7 spec.http[0].mach", "8 spec.http[0].route[0].destination.port.number", "9 spec.http[1].match[0].headers[user]"],
            result.Errors.Select(error => $"{error.Source.Line} {error.Field}"));
    }

    [Fact]
    public void What_follows_from_a_misspelt_field_is_not_said_again()
    {
        IstioReadResult result = IstioYaml.Read("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: httpbin, namespace: app}
            spec:
              hosts: [httpbin]
              http:
              - routte: [{destination: {host: httpbin}}]
            """);

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal("spec.http[0].routte", error.Field);
    }

    [Fact]
    public void Errors_are_in_the_order_of_the_texts_and_lines()
    {
        const string Bad = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: NAME}\nspec:\n  hosts: [a]\n  htp: []\n  hots: []\n";

        IstioReadResult result = IstioYaml.Read([new NamedText("z", Bad.Replace("NAME", "first", StringComparison.Ordinal)), new NamedText("a", Bad.Replace("NAME", "second", StringComparison.Ordinal))], null);

        Assert.Equal(["z:6", "z:7", "a:6", "a:7"], result.Errors.Select(error => error.Source.ToString()));
    }

    // Whatever field of whatever document is misspelt, the answer is a list of errors.
    [Fact]
    public void Any_field_may_be_misspelt()
    {
        string cases = Path.Combine(AppContext.BaseDirectory, "oracle", "questions.jsonl");
        foreach (string line in File.ReadLines(cases))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string config = document.RootElement.GetProperty("config").GetString()!;
            foreach (Match key in Key().Matches(config))
            {
                IstioReadResult result = IstioYaml.Read(config.Insert(key.Groups[1].Index, "x"));

                Assert.True(result.Configuration is null != result.Errors.IsEmpty);
            }
        }
    }

    [GeneratedRegex(@"[\s{,]([a-zA-Z]+): ")]
    private static partial Regex Key();
}
