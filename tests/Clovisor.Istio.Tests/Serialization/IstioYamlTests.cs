using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Tests.Serialization;

public sealed class IstioYamlTests
{
    private const string Head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: app}\n";

    [Theory]
    [InlineData("spec:\n  hosts: [a]\n  http:\n  - mach: []\n    route: [{destination: {host: a}}]", 7, "spec.http[0].mach", "match")]
    [InlineData("spec:\n  hosts: [a]\n  http:\n  - match:\n    - ignoreURICase: true\n    route: [{destination: {host: a}}]", 8, "spec.http[0].match[0].ignoreURICase", "ignoreUriCase")]
    [InlineData("spec:\n  host: [a]", 5, "spec.host", "hosts")]
    [InlineData("sepc: {}", 4, "sepc", "spec")]
    [InlineData("spec:\n  hosts: [a]\n  http:\n  - match:\n    - withoutHeader: {}", 8, "spec.http[0].match[0].withoutHeader", "withoutHeaders")]
    public void An_unknown_field_is_named_with_its_line_and_the_nearest_known_one(string spec, int line, string field, string nearest)
    {
        ConfigurationError error = IstioYaml.Read(Head + spec).Errors.First(e => e.Field == field);
        Assert.Equal(new SourceLocation("(text)", line), error.Source);
        Assert.Equal("VirtualService app/v", error.Subject);
        Assert.Contains($"did you mean \"{nearest}\"?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_like_no_other_gets_no_guess() =>
        Assert.EndsWith("is not a known field", IstioYaml.Read(Head + "spec: {hosts: [a], zzzzzz: 1}").Errors[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("spec: {hosts: a}", "must be a list, not the text \"a\"")]
    [InlineData("spec: {hosts: [1]}", "must be text, not the number 1; put it in quotes")]
    [InlineData("spec: {hosts: [on]}", "must be text, not the boolean on; put it in quotes")]
    [InlineData("spec: {hosts: [{}]}", "must be text, not an object")]
    [InlineData("spec: {hosts: [~]}", "is empty")]
    [InlineData("spec: {http: [{match: [{port: 70000}]}]}", "must be 0 to 65535, not 70000")]
    [InlineData("spec: {http: [{match: [{port: x}]}]}", "must be a whole number, not the text \"x\"")]
    [InlineData("spec: {http: [{match: [{ignoreUriCase: 'true'}]}]}", "must be true or false, not the text \"true\"")]
    [InlineData("spec: {http: [{match: [{uri: {exact: a, prefix: b}}]}]}", "more than one of exact, prefix and regex")]
    [InlineData("spec: {http: [{match: [{headers: {x: ~}}]}]}", "has no value")]
    [InlineData("spec: {http: [{timeout: 5}]}", "must be text, not the number 5; put it in quotes")]
    [InlineData("spec: {http: [{timeout: 5x}]}", "is not a duration")]
    [InlineData("spec: {http: [{timeout: 0s}]}", "must be at least 1ms, not 0s")]
    [InlineData("spec: {http: [{timeout: 1.0005s}]}", "must be whole milliseconds")]
    [InlineData("spec: {http: [{fault: {}}]}", "has neither delay nor abort")]
    [InlineData("spec: {http: [{fault: {abort: {httpStatus: 100}}}]}", "must be 200 to 600, not 100")]
    [InlineData("spec: {http: [{mirror: {host: a}, mirrors: [{destination: {host: b}}]}]}", "cannot stand beside mirror")]
    [InlineData("spec: {http: [{route: [{}]}]}", "is missing")]
    public void A_value_of_the_wrong_form_says_what_is_expected_and_what_is_there(string spec, string message) =>
        Assert.Contains(IstioYaml.Read(Head + spec).Errors, e => e.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void All_errors_of_all_documents_are_listed()
    {
        string text = Head + "spec: {hosts: [a], htp: []}\n---\n" + Head.Replace("name: v", "name: w", StringComparison.Ordinal) + "spec: {hosts: 1, exportto: []}\n---\nkind: X\n---\n- 1\n";
        IstioReadResult result = IstioYaml.Read([new NamedText("a.yaml", text), new NamedText("b.yaml", "a: [")], null);
        Assert.Null(result.Configuration);
        Assert.Equal(
            ["VirtualService app/v", "VirtualService app/w", "VirtualService app/w", "", "", ""],
            result.Errors.Select(static e => e.Subject));
        Assert.Equal("b.yaml", result.Errors[^1].Source.File);
        IstioConfigurationException thrown = Assert.Throws<IstioConfigurationException>(result.OrThrow);
        Assert.Equal(result.Errors, thrown.Errors);
        Assert.All(result.Errors, e => Assert.Contains(e.ToString(), thrown.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_object_twice_is_an_error_that_names_both_places()
    {
        string text = Head + "spec: {hosts: [a], http: [{route: [{destination: {host: a}}]}]}";
        ConfigurationError error = Assert.Single(IstioYaml.Read([new NamedText("a.yaml", text), new NamedText("b.yaml", text)], null).Errors);
        Assert.Equal("b.yaml:1: VirtualService app/v: is defined twice, first in a.yaml:1; rename or remove one", error.ToString());
    }

    [Fact]
    public void A_field_given_twice_in_one_object_is_an_error() =>
        Assert.Contains(IstioYaml.Read(Head + "spec: {hosts: [a], hosts: [b]}").Errors, static e => e.Message.Contains("twice in one object", StringComparison.Ordinal));

    [Fact]
    public void A_misspelt_kind_gets_a_guess_and_another_group_is_left_aside()
    {
        Assert.Contains("did you mean \"VirtualService\"?", Assert.Single(IstioYaml.Read("apiVersion: networking.istio.io/v1\nkind: VirtualServce\nmetadata: {name: a}").Errors).Message, StringComparison.Ordinal);
        IstioConfiguration configuration = IstioYaml.Read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {anything: 1}\n---\napiVersion: wan.clovisor.io/v1\nkind: WanLink\nnonsense: 1\n").OrThrow();
        Assert.Equal("Deployment", Assert.Single(configuration.Ignored).Kind);
    }

    [Fact]
    public void A_list_and_json_and_aliases_are_read()
    {
        const string Json = """{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}]}""";
        const string Aliased = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: &h [a, b], exportTo: &e ['*'], gateways: [mesh], http: [{route: [{destination: {host: a}}]}]}\n";
        IstioConfiguration configuration = IstioYaml.Read([new NamedText("a.json", Json), new NamedText("b.yaml", Aliased)], null).OrThrow();
        Assert.Equal("a", Assert.Single(configuration.Namespaces).Name);
        Assert.Equal("default", Assert.Single(configuration.VirtualServices).Namespace);
    }

    [Fact]
    public void Aliases_that_blow_up_are_refused_before_they_do()
    {
        var text = new System.Text.StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains(IstioYaml.Read(text.ToString()).Errors, static e => e.Message.Contains("once aliases are followed", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alias_to_nothing_and_endless_nesting_are_refused()
    {
        Assert.Contains("stands before its anchor", Assert.Single(IstioYaml.Read("a: *b").Errors).Message, StringComparison.Ordinal);
        Assert.Contains(IstioYaml.Read(new string('[', 5000)).Errors, static e => e.Message.StartsWith("this is not YAML", StringComparison.Ordinal));
    }

    [Fact]
    public void The_mesh_config_comes_from_its_config_map()
    {
        const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |-\n    pathNormalization: {normalization: MERGE_SLASHES}\n    outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n    defaultVirtualServiceExportTo: ['.']\n    accessLogFile: /dev/stdout\n";
        MeshSettings mesh = IstioYaml.Read(Map).OrThrow().Mesh;
        Assert.Equal((PathNormalization.MergeSlashes, OutboundTrafficPolicy.RegistryOnly), (mesh.PathNormalization, mesh.OutboundTrafficPolicy));
        Assert.Equal(["."], mesh.DefaultVirtualServiceExportTo);
    }

    [Theory]
    [InlineData("1.5s", 1500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("200ms", 200)]
    [InlineData("1h", 3_600_000)]
    public void Durations_are_read_as_Go_writes_them(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }
}
